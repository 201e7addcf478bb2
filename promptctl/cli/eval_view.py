"""The results of ``eval`` for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from promptctl.cli.output import Answer
from promptctl.cli.tables import table
from promptctl.core.counting import count

if TYPE_CHECKING:
    from promptctl.core.evals.provider_side import ProviderSide
    from promptctl.core.evals.tally import CaseResult
    from promptctl.core.evals.verdict import Verdict
    from promptctl.workflows.eval import EvalResult
    from promptctl.workflows.eval_run import EvalRun

MOST_ROWS, NOTHING = 50, "nothing to run"


def run_answer(run: EvalRun, why: Sequence[tuple[str, str]] = ()) -> Answer:
    """What became of a run, and why which prompts were chosen for it."""
    notes = dict.fromkeys([*(result.note for result in run.results), run.unfinished])
    stopped = [run.stopped] if run.stopped else [] if run.results else [NOTHING]
    chosen = ["\n".join(f"{name}: {reason}" for name, reason in why)] if why else []
    return Answer(
        data=_run_data(run) | {"chosen": [{"prompt": name, "why": reason} for name, reason in why]},
        view=lambda: "\n\n".join([*chosen, *map(result_text, run.results), *stopped]),
        ok=run.ok,
        note="\n".join(note for note in notes if note) or None,
        next="promptctl lock, commit, promptctl release" if run.ok and run.results else None,
    )


def shard_answer(run: EvalRun, file: str | None) -> Answer:
    """What became of a shard, which is no verdict; ``file`` is None while answers are missing."""
    lines = [
        f"{it.reference}: {count(len(it.results), 'answer')}, {it.asked or 'none'} asked for now" for it in run.results
    ]
    lines += [f"  no answer to {it.case}: {it.error}" for result in run.results for it in result.results if it.error]
    lines += [run.stopped] if run.stopped else [] if run.results else [NOTHING]
    lines.append(f"shard {run.shard} is in {file}" if file else f"shard {run.shard} is not whole, and was not written")
    return Answer(
        data=_run_data(run) | {"shard": str(run.shard), "file": file},
        view=lambda: "\n".join(lines),
        ok=run.ok,
        note=run.unfinished,
        next="promptctl eval merge FILE…, with all shards" if file else None,
    )


def _run_data(run: EvalRun) -> dict[str, Any]:
    prompts = [result_data(result) for result in run.results]
    return {"prompts": prompts, "stopped": run.stopped, "unfinished": run.unfinished}


def result_data(result: EvalResult) -> dict[str, Any]:
    """One suite's result as JSON data."""
    verdict = result.verdict
    return {
        "prompt": result.name,
        "reference": result.reference,
        "subject": result.subject,
        "suite": result.suite,
        "outcome": verdict.outcome,
        "ok": verdict.ok,
        "sentence": verdict.sentence,
        "comparison": verdict.comparison,
        "checks": [
            {
                "name": check.name,
                "outcome": check.outcome,
                "reason": check.reason,
                "segment": check.segment,
                "model": check.model,
                "gates": check.gates,
            }
            for check in verdict.checks
        ],
        "flaky": list(verdict.flaky),
        "tries": asdict(result.tries) if result.tries else None,
        "flipped": list(result.flipped),
        "providers": [asdict(side) for side in result.providers],
        "samples": [_sample(result, sample) for sample in result.results],
        "asked": result.asked,
        "cost": result.cost,
        "judge_cost": result.judge_cost,
        "written": list(result.written),
        "partial": result.partial,
        "unkept": result.unkept,
        "note": result.note,
    }


def _sample(result: EvalResult, sample: CaseResult) -> dict[str, Any]:
    return {
        "case": sample.case,
        "model": sample.model,
        "sample": sample.sample,
        "outcome": sample.outcome,
        "scores": dict(sample.scores),
        "error": sample.error,
        "why": list(result.reasons.get((sample.case, sample.model, sample.sample), ())),
        "cost": sample.cost,
        "latency_ms": sample.latency_ms,
    }


def result_text(result: EvalResult) -> str:
    """One suite's result as people read it."""
    lines = [f"{result.reference}: {result.verdict.sentence}", *_further(result.verdict)]
    rows = [_row(result, sample) for sample in result.results if sample.outcome != "pass" or result.partial]
    if rows:
        lines.append(table(("outcome", "case", "model", "why"), rows[:MOST_ROWS]))
    if len(rows) > MOST_ROWS:
        lines.append(f"… and {len(rows) - MOST_ROWS} more; all of them with --json")
    if result.flipped:
        more = f" and {len(result.flipped) - 10} more" if len(result.flipped) > 10 else ""
        lines.append(f"passed in the baseline, fail now: {', '.join(result.flipped[:10])}{more}")
    if result.providers:
        rows = [_provider_row(side) for side in result.providers]
        lines.append(table(("provider", "cases pass", "95 % interval", "errors", "cost a case", "p95", ""), rows))
    passed = sum(sample.passed for sample in result.results)
    cost = "unknown" if result.cost is None else f"${result.cost:.4f}"
    answers = count(len(result.results), "answer")
    judges = "" if result.judge_cost is None else f", judges ${result.judge_cost:.4f}"
    lines.append(f"{passed} of {answers} passed, {result.asked or 'none'} asked for now, cost {cost}{judges}")
    if (tries := result.tries) and tries.any_passes > tries.all_pass:
        lines.append(
            f"of {tries.count} tries at least one passes in {tries.any_passes:.1%} of cases (pass@{tries.count}), "
            f"all in {tries.all_pass:.1%} (pass^{tries.count})"
        )
    lines += [f"wrote {path}" for path in result.written]
    return "\n".join([*lines, *([result.unkept] if result.unkept else [])])


def _provider_row(side: ProviderSide) -> tuple[str, ...]:
    interval = side.interval
    return (
        side.provider,
        f"{side.passed} of {side.cases}",
        f"{interval.low:.1%} to {interval.high:.1%}" if interval else "-",
        str(side.errors),
        "unknown" if side.cost is None else f"${side.cost:.4f}",
        "unknown" if side.latency_p95 is None else f"{side.latency_p95:.0f} ms",
        "decides" if side.decides else "for information",
    )


def _further(verdict: Verdict) -> Iterator[str]:
    """The checks that the sentence only counts, and what other models made of it."""
    told = False
    for check in verdict.checks:
        if check.gates and check.outcome == verdict.outcome != "pass":
            where = f"{check.segment}: " if check.segment else ""
            if told:
                yield f"  {check.outcome}: {where}{check.reason}"
            told = True
    informing = [check for check in verdict.checks if not check.gates]
    yield from (f"  for information, {check.model}: {check.reason}" for check in informing)


def _row(result: EvalResult, sample: CaseResult) -> tuple[str, ...]:
    why = sample.error or "; ".join(result.reasons.get((sample.case, sample.model, sample.sample), ()))
    name = f"{sample.case} #{sample.sample + 1}" if sample.sample else sample.case
    return (sample.outcome, name[:60], sample.model, " ".join(why.split())[:160])

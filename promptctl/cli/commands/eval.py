"""``promptctl eval``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

from promptctl.cli.context import Context
from promptctl.cli.eval_reports import annotated, chosen_format, report_files, write_reports
from promptctl.cli.evaluating import gate_context
from promptctl.cli.options import ReportOption
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Argument, Option
from promptctl.cli.tables import plain_table
from promptctl.core.counting import count

if TYPE_CHECKING:
    from promptctl.core.tally import CaseResult
    from promptctl.core.verdict import Verdict
    from promptctl.workflows.eval import EvalResult

MOST_ROWS = 50


class Mode(StrEnum):
    """Where replies come from."""

    auto = "auto"
    recorded = "recorded"
    live = "live"
    refresh = "refresh"


def command(
    context: Context,
    names: Annotated[
        list[str] | None,
        Argument(metavar="[NAME[@REF]]…", help="All suites without a name."),
    ] = None,
    replies: Annotated[
        Mode, Option("--replies", help="Recorded, then cached, then asked for; or only one.")
    ] = Mode.auto,
    provider: Annotated[
        str | None, Option("--provider", envvar="PROMPTCTL_PROVIDER", help="Ask this provider.")
    ] = None,
    only: Annotated[str | None, Option("--filter", metavar="GLOB", help="Only these cases; nothing is kept.")] = None,
    against: Annotated[str | None, Option("--against", metavar="REF", help="Compare with this instead.")] = None,
    concurrency: Annotated[int | None, Option("--concurrency", min=1, max=1000, help="Calls at once.")] = None,
    report: ReportOption = None,
    format: Annotated[
        str, Option("--format", metavar="FORMAT", help="text, json or github (annotations of a pull request).")
    ] = "text",
) -> Answer:
    """Run suites, judge them by their gates, and keep evidence. A prompt that is called like a command (`show`) is
    reached with a reference: `promptctl eval show@work`."""
    from promptctl.workflows.eval import EvalWish, evaluate_suite, plan_suite, suites_of
    from promptctl.workflows.eval_report import report_of

    as_github = chosen_format(context, format)
    files = report_files(report or (), context.directory)
    with gate_context(context) as gate:
        wish = EvalWish(mode=replies.value, provider=provider, only=only, against=against, concurrency=concurrency)
        chosen = dict.fromkeys(names or suites_of(context.repository))
        planned = [plan_suite(context.repository, name, only) for name in chosen]
        results = [evaluate_suite(context.repository, suite, wish, gate) for suite in planned]
        wanted = files or as_github
        reports = [report_of(context.repository, result, gate) for result in results] if wanted else []
    write_reports(files, reports)
    answer = _answer(results)
    return replace(answer, view=lambda: annotated(reports), next=None) if as_github else answer


def _answer(results: list[EvalResult]) -> Answer:
    ok = all(result.ok for result in results)
    notes = "\n".join(dict.fromkeys(result.note for result in results if result.note)) or None
    following = "promptctl lock, commit, promptctl release" if ok else None
    return Answer(
        data={"prompts": [_data(result) for result in results]},
        view=lambda: "\n\n".join(_text(result) for result in results),
        ok=ok,
        note=notes,
        next=following,
    )


def _data(result: EvalResult) -> dict[str, Any]:
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


def _text(result: EvalResult) -> str:
    lines = [f"{result.reference}: {result.verdict.sentence}", *_further(result.verdict)]
    rows = [_row(result, sample) for sample in result.results if sample.outcome != "pass" or result.partial]
    if rows:
        lines.append(plain_table(("outcome", "case", "model", "why"), rows[:MOST_ROWS]))
    if len(rows) > MOST_ROWS:
        lines.append(f"… and {len(rows) - MOST_ROWS} more; all of them with --json")
    if result.flipped:
        more = f" and {len(result.flipped) - 10} more" if len(result.flipped) > 10 else ""
        lines.append(f"passed in the baseline, fail now: {', '.join(result.flipped[:10])}{more}")
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

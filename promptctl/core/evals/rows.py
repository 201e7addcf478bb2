"""Makes the rows, differences and runs of a report from samples, replies and kept evidence."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from promptctl.core.evals.budget_check import budget_estimate
from promptctl.core.evals.case import Case
from promptctl.core.evals.check import Check, pass_drop_check
from promptctl.core.evals.comparison import Side, results_of
from promptctl.core.evals.evidence import Evidence
from promptctl.core.evals.gate import BUDGETS
from promptctl.core.evals.packed import Packed, in_order, packed
from promptctl.core.evals.report import Answered, Difference, Outcome, Past, Row, Run
from promptctl.core.evals.tally import CaseResult, Tally, tally
from promptctl.core.models.request import Reply, compact_json
from promptctl.core.scorers.registry import OVERALL
from promptctl.core.statistics.interval import Interval, mean, wilson
from promptctl.core.statistics.paired import pass_drop, score_drop

Reasons = Mapping[tuple[str, str, int], tuple[str, ...]]
"""Why a sample did not pass, by case, model and sample."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enough:
    """A case passes when ``min_pass`` of its ``repeat`` samples do."""

    min_pass: int = 1
    repeat: int = 1

    def outcome(self, found: Tally) -> Outcome:
        if found.errors:
            return "error"
        return "pass" if found.passed(self.min_pass, self.repeat) else "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """One side: its own model, all samples, and the replies that they name."""

    model: str
    results: Sequence[CaseResult]
    replies: Mapping[str, Reply] = field(default_factory=dict)
    reasons: Reasons = field(default_factory=dict)

    def side(self, enough: Enough) -> Side:
        """The cases that its own model could be judged on."""
        tallies = {name: found for name, found in tally(results_of(self.results, self.model)).items() if found.judged}
        return Side(tallies, {name: enough.outcome(found) == "pass" for name, found in tallies.items()})


def make_rows(
    now: Answers,
    before: Answers | None,
    cases: Mapping[str, Case],
    enough: Enough,
    past: Sequence[tuple[str, Evidence]] = (),
) -> Sequence[Row]:
    """A row for each case and model. The baseline stands beside the prompt's own model.

    ``past`` is kept evidence with the name of what it speaks of, oldest first.
    """
    old = _grouped(results_of(before.results, before.model)) if before else {}
    earlier = [(label, {key: _tally(found) for key, found in _grouped(kept.samples).items()}) for label, kept in past]

    def rows() -> Iterator[Row]:
        for (case, model), found in _following(now.results):
            own = model == now.model
            compared = old.get((case, before.model), []) if before and own else []
            known = cases.get(case)
            yield Row(
                case=case,
                model=model,
                gates=own,
                outcome=enough.outcome(_tally(found)),
                now=tuple(_answered(it, now) for it in found),
                before=tuple(_answered(it, before) for it in compared) if before else (),
                before_outcome=enough.outcome(_tally(compared)) if compared else None,
                tags=known.tags if known else {},
                inputs=known.inputs if known else {},
                past=tuple(_past(label, by[case, model], enough) for label, by in earlier if (case, model) in by),
            )

    return in_order(packed(rows(), pickle.dumps, pickle.loads), _rank)


def _following(results: Sequence[CaseResult]) -> Iterator[tuple[tuple[str, str], list[CaseResult]]]:
    """The samples of each case and model, one after the other: samples of one follow each other in what is shown."""
    if not isinstance(results, Packed):
        yield from _grouped(results).items()
        return
    for key, found in groupby(results, key=lambda it: (it.case, it.model)):
        yield key, list(found)


def _grouped(results: Sequence[CaseResult]) -> dict[tuple[str, str], list[CaseResult]]:
    found: dict[tuple[str, str], list[CaseResult]] = {}
    for result in results:
        found.setdefault((result.case, result.model), []).append(result)
    return found


def _tally(results: Sequence[CaseResult]) -> Tally:
    return next(iter(tally(results).values()))


def _rank(row: Row) -> tuple[int, int, bool]:
    """Lost, gained, then errors, failures and passes; models that only inform come last among equals."""
    changes = {"lost": 0, "gained": 1, None: 2}
    return changes[row.change], ("error", "fail", "pass").index(row.outcome), not row.gates


def _answered(result: CaseResult, side: Answers) -> Answered:
    reasons = side.reasons.get((result.case, result.model, result.sample), ())
    return Answered(
        sample=result.sample,
        outcome=result.outcome,
        text=_text(result, side.replies),
        why=(result.error,) if result.error is not None else reasons,
        scores=result.scores,
        cost=result.cost,
        latency_ms=result.latency_ms,
        votes=tuple(side.replies[it.key].text for it in result.graded if it.key in side.replies),
        judge_cost=result.judge_cost,
    )


def _text(result: CaseResult, replies: Mapping[str, Reply]) -> str | None:
    """What the last reply says, its calls of tools as JSON after it; None when it is not at hand."""
    reply = replies.get(result.replies[-1].key) if result.replies else None
    if reply is None:
        return None
    calls = [compact_json(dict(call)) for call in reply.tool_calls]
    return "\n".join([*([reply.text] if reply.text or not calls else []), *calls])


def _past(label: str, found: Tally, enough: Enough) -> Past:
    samples = found.samples + len(found.errors)
    return Past(label=label, outcome=enough.outcome(found), passes=found.passes, samples=samples)


def make_run(label: str, evidence: Evidence, model: str, enough: Enough) -> Run | None:
    """Kept evidence in short; None when ``model`` has no answer in it."""
    if evidence.unlisted is not None:
        return _unlisted_run(label, evidence, model)
    side = Answers(model=model, results=evidence.samples).side(enough)
    if not side.tallies:
        return None
    passed = sum(side.passed.values())
    return Run(
        label=label,
        time=evidence.meta.time,
        cases=len(side.passed),
        passed=passed,
        interval=wilson(passed, len(side.passed)),
        cost=budget_estimate("cost", side.tallies),
        latency_p95=budget_estimate("latency_p95", side.tallies),
    )


def _unlisted_run(label: str, evidence: Evidence, model: str) -> Run | None:
    """What a file that lists no samples says of a model: by its own count, a case passes when all its samples do."""
    stated = evidence.unlisted or {}
    if "pass_rate" not in stated["scores"].get(model, {}):
        return None
    cases = stated["counts"][model]["cases"]
    passed = round(stated["scores"][model]["pass_rate"] * cases)
    low, high = stated["intervals"][model]["pass_rate"]
    return Run(
        label=label,
        time=evidence.meta.time,
        cases=cases,
        passed=passed,
        interval=Interval(low, high),
        cost=None,
        latency_p95=None,
    )


def common(before: Side, now: Side) -> tuple[Side, Side]:
    """Both sides over the cases that both could be judged on."""
    names = [name for name in now.tallies if name in before.tallies]
    return before.only(names), now.only(names)


def paired_check(before: Side, now: Side, label: str) -> Check:
    """Whether the share of passing cases dropped, over the cases of both. Fails when they have none in common."""
    before, now = common(before, now)
    if not now.passed:
        return Check(name="pass_rate.drop", outcome="fail", reason=f"{label} and this have no judged case in common")
    return pass_drop_check(before.passed, now.passed, label, None)


def differences(before: Side, now: Side) -> Iterator[Difference]:
    """The pass rate, each score, cost and latency, over the cases of both."""
    before, now = common(before, now)
    if not now.passed:
        return
    losses = sum(before.passed[name] and not now.passed[name] for name in now.passed)
    gains = sum(now.passed[name] and not before.passed[name] for name in now.passed)
    rates = [sum(side.passed.values()) / len(side.passed) for side in (before, now)]
    interval = _turned(pass_drop(losses, gains, len(now.passed)).interval)
    yield Difference(metric="pass_rate", before=rates[0], now=rates[1], interval=interval)
    for metric in sorted({name for found in now.tallies.values() for name in found.scores} - {OVERALL}):
        yield from _score_difference(metric, before, now)
    for metric in BUDGETS:
        base, value = (budget_estimate(metric, side.tallies) for side in (before, now))
        if base is not None and value is not None:
            yield Difference(metric=metric, before=base, now=value)


def _score_difference(metric: str, before: Side, now: Side) -> Iterator[Difference]:
    both = [name for name in now.tallies if all(metric in side.tallies[name].scores for side in (before, now))]
    if both:
        old, new = ([side.tallies[name].scores[metric] for name in both] for side in (before, now))
        drop = score_drop([first - second for first, second in zip(old, new, strict=True)])
        yield Difference(metric=metric, before=mean(old), now=mean(new), interval=_turned(drop.interval))


def _turned(drop: Interval) -> Interval:
    """The interval of a change, from that of the drop."""
    return Interval(0.0 - drop.high, 0.0 - drop.low)

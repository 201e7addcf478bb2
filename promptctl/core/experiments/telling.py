"""What a report says of an experiment: its verdict as decisions find it, and every number with the interval that holds
at that moment."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from promptctl.core.experiments.counted import ArmUnits, Counted
from promptctl.core.experiments.decision import FAULT_LEVEL, Decision
from promptctl.core.experiments.effect_lines import Manner, adjusted, effect_line
from promptctl.core.experiments.experiment import Experiment, Look
from promptctl.core.experiments.metric import Metric
from promptctl.core.experiments.plan import Plan
from promptctl.core.experiments.report import (
    ArmLine,
    EffectLine,
    ExperimentReport,
    LookLine,
    SampleRatio,
    SegmentLine,
    Verdict,
)
from promptctl.core.statistics.group_sequential import boundary, stage_wise_chance
from promptctl.core.timestamp import timestamp

MOST_VALUES = 50
"""Of each attribute, those with the most units: many small groups say nothing and cost the others their certainty."""

_FARTHEST = 7.0
"""A boundary beyond it leaves no level to speak of for an interval."""


def told(experiment: Experiment, counted: Counted, decision: Decision, at: datetime) -> ExperimentReport:
    """The report of an experiment that was started. Raises UsageError where the extra is not installed."""
    plan, counting = experiment.plan, experiment.counting
    assert counting
    since, progress = datetime.fromisoformat(counting.since), decision.progress
    return ExperimentReport(
        name=plan.name,
        prompt=plan.prompt,
        environment=plan.environment,
        hypothesis=plan.hypothesis,
        unit=plan.unit,
        when=plan.when,
        state=experiment.state,
        since=counting.since,
        until=timestamp(at.astimezone(UTC)),
        days=(at - since).total_seconds() / 86_400,
        verdict=_verdict(experiment, decision),
        ratio=SampleRatio(
            p=decision.sample_ratio, ok=decision.sample_ratio is None or decision.sample_ratio >= FAULT_LEVEL
        ),
        arms=tuple(_arm(plan, arm.name, counted, progress.total) for arm in plan.arms),
        units=progress.total,
        planned=counting.sample,
        fraction=progress.total / counting.sample,
        level=100 * (1 - plan.alpha),
        effects=tuple(_effects(experiment, counted, decision)),
        segments=tuple(_segments(experiment, counted)),
        looks=tuple(_looks(experiment)),
        now={effect.arm: effect.z for effect in decision.effects},
        left=counted.left,
        notes=tuple(_notes(plan, counted)),
    )


def _verdict(experiment: Experiment, decision: Decision) -> Verdict:
    """That of the end, or what is known now. A look that is due is taken by ``advance`` alone: only then it counts."""
    if (ended := experiment.result) is not None:
        return Verdict(word=ended.verdict, arm=ended.arm, because=ended.because)
    if decision.look is not None:
        because = f"a look is due: promptctl experiment advance {experiment.name}"
        return Verdict(word="keep running", because=because)
    paused = "paused; " if experiment.state == "paused" else ""
    arm = decision.arm if decision.ends else None
    return Verdict(word=decision.verdict, arm=arm, because=f"{paused}{decision.because}")


def _arm(plan: Plan, name: str, counted: Counted, total: int) -> ArmLine:
    arm = next(arm for arm in plan.arms if arm.name == name)
    units = counted.arms.get(name, ArmUnits())
    return ArmLine(
        name=name,
        version=str(arm.version),
        percent=float(arm.percent),
        units=units.units,
        expected=total * float(arm.percent) / 100,
        calls=units.calls,
        cancelled=units.cancelled,
    )


def _effects(experiment: Experiment, counted: Counted, decision: Decision) -> Iterator[EffectLine]:
    """The primary metric of every treatment, then guardrails, then secondary metrics as one family."""
    plan, end = experiment.plan, _ending(experiment)
    arms = [arm.name for arm in plan.treatments]
    whole = end is not None and end.fraction >= 1
    for arm in arms:
        yield _primary(experiment, counted, arm, end)
    outcomes = {(rail.arm, rail.metric): rail.outcome for rail in decision.guardrails}
    says = {"worse": "beyond", "fine": "within", "open": "open"}
    for metric in plan.guardrails:
        for arm in arms:
            line = _line(experiment, counted.arms, "guardrail", metric, arm, anytime=not whole)
            yield replace(line, says=says[outcomes.get((arm, metric), "open")])
    family = [
        _line(experiment, counted.arms, "secondary", metric, arm, anytime=not whole)
        for metric in plan.secondary
        for arm in arms
    ]
    yield from adjusted(family, plan.design.alpha)


def _ending(experiment: Experiment) -> Look | None:
    """The look that ended the experiment; None while it runs, and where people or harm ended it."""
    last, result = (experiment.looks or (None,))[-1], experiment.result
    return last if last and result and last.at == result.at and last.boundary <= _FARTHEST else None


def _primary(experiment: Experiment, counted: Counted, arm: str, end: Look | None) -> EffectLine:
    """At the look that ended it: the repeated interval, which leaves out 0 where the boundary was crossed, and the
    stage-wise p; else what is always valid."""
    plan = experiment.plan
    line = _line(experiment, counted.arms, "primary", plan.primary, arm, anytime=end is None, end=end)
    if end is not None:
        fractions, limits = [it.fraction for it in experiment.looks], [it.boundary for it in experiment.looks[:-1]]
        z = end.z.get(arm)
        line = replace(line, p=None if z is None else stage_wise_chance(fractions, limits, z))
    several = len(plan.treatments)
    return replace(line, adjusted=min(1.0, line.p * several)) if line.p is not None and several > 1 else line


def _line(
    experiment: Experiment,
    arms: Mapping[str, ArmUnits],
    role: str,
    metric: Metric,
    arm: str,
    *,
    anytime: bool,
    end: Look | None = None,
) -> EffectLine:
    plan, counting = experiment.plan, experiment.counting
    assert counting
    # The two-sided level whose normal deviate is the boundary.
    alpha = math.erfc(end.boundary / math.sqrt(2)) if end else plan.alpha
    shares = [float(plan.percents[name]) for name in (plan.control.name, arm)]
    manner = Manner(alpha=alpha, planned=counting.sample * sum(shares) / 100, anytime=anytime)
    return effect_line(role, metric, arms, plan.control.name, arm, manner)


def _segments(experiment: Experiment, counted: Counted) -> Iterator[SegmentLine]:
    """The primary metric in each segment, all of them as one family."""
    plan, end = experiment.plan, _ending(experiment)
    if plan.primary.kind == "quantile":
        return
    found = [
        (attribute, value, arms, treatment.name)
        for attribute, values in counted.segments.items()
        for value, arms in sorted(values.items(), key=lambda it: -_units(it[1]))[:MOST_VALUES]
        for treatment in plan.treatments
    ]
    anytime = end is None or end.fraction < 1
    lines = [
        replace(_line(experiment, arms, "segment", plan.primary, arm, anytime=anytime)) for _, _, arms, arm in found
    ]
    for (attribute, value, arms, _), line in zip(found, adjusted(lines, plan.design.alpha), strict=True):
        yield SegmentLine(attribute=attribute, value=value, units=_units(arms), effect=line)


def _units(arms: Mapping[str, ArmUnits]) -> int:
    return sum(arm.units for arm in arms.values())


def _looks(experiment: Experiment) -> Iterator[LookLine]:
    """Looks that were taken, then those of the plan that are still to come."""
    plan = experiment.plan
    for look in experiment.looks:
        yield LookLine(
            fraction=look.fraction,
            boundary=look.boundary,
            at=look.at,
            units=look.units,
            z=look.z,
            decision=look.decision,
        )
    taken = [look.fraction for look in experiment.looks]
    steps = [step / plan.design.looks for step in range(1, plan.design.looks + 1)]
    coming = [step for step in steps if step > max(taken, default=0.0)]
    if experiment.result is None and coming:
        limits = boundary([*taken, *coming], plan.alpha)[len(taken) :]
        yield from (LookLine(fraction=step, boundary=limit) for step, limit in zip(coming, limits, strict=True))


def _notes(plan: Plan, counted: Counted) -> Iterator[str]:
    if plan.segments and plan.primary.kind == "quantile":
        yield "quantiles are not told by segment"
    for name, values in counted.segments.items():
        if len(values) > MOST_VALUES:
            yield f"{name}: the {MOST_VALUES} values with the most units of {len(values):,}"

"""Effects as reports tell them: values of both arms, intervals that hold when they are read, and p among its family."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from promptctl.core.experiments.always_valid import always_valid
from promptctl.core.experiments.comparison import Comparison, compare
from promptctl.core.experiments.counted import ArmUnits, Measure
from promptctl.core.experiments.metric import Metric
from promptctl.core.experiments.report import EffectLine
from promptctl.core.experiments.samples import UnitSums
from promptctl.core.statistics.confidence_sequence import anytime_chance, errors_wide
from promptctl.core.statistics.interval import Interval
from promptctl.core.statistics.multiple import holm


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How sure intervals are: ``alpha`` of each; ``planned`` units of both arms together; ``anytime``, or those of the
    one analysis at the plan's end."""

    alpha: float
    planned: float
    anytime: bool


def effect_line(
    role: str, metric: Metric, arms: Mapping[str, ArmUnits], control: str, treatment: str, manner: Manner
) -> EffectLine:
    """One metric of a treatment beside control's, as far as units tell it."""
    measure = Measure(metric.metric, metric.kind)
    sums = [arms[name].sums.get(measure) if name in arms else None for name in (control, treatment)]
    line = EffectLine(
        role=role,
        metric=metric.metric,
        kind=metric.kind,
        direction=metric.direction,
        arm=treatment,
        control=sums[0].estimate if sums[0] else None,
        treatment=sums[1].estimate if sums[1] else None,
        difference=None,
        interval=None,
        relative=None,
        relative_interval=None,
        anytime=manner.anytime,
        margin=metric.margin,
        margin_is_relative=metric.relative,
    )
    if sums[0] is None or sums[1] is None:
        return line
    found = compare(metric.kind, sums[0], sums[1], manner.alpha)
    line = replace(line, difference=found.difference, relative=found.relative)
    return _judged(_always(line, sums[0], sums[1], manner) if manner.anytime else _at_end(line, found))


def _at_end(line: EffectLine, found: Comparison) -> EffectLine:
    return replace(line, interval=found.interval, relative_interval=found.relative_interval, p=found.p)


def _always(line: EffectLine, control: UnitSums, treatment: UnitSums, manner: Manner) -> EffectLine:
    """Intervals and p that hold whenever somebody looks."""
    found, units = always_valid(control, treatment, manner.alpha, manner.planned), control.units + treatment.units
    if found.difference is None or line.difference is None:
        return line
    half = (found.difference.high - found.difference.low) / 2
    z = line.difference / half * errors_wide(units, manner.alpha, manner.planned)
    p = anytime_chance(z, units, manner.alpha, manner.planned)
    return replace(line, interval=found.difference, relative_interval=found.relative, p=p)


def _judged(line: EffectLine) -> EffectLine:
    """What its interval says; guardrails are judged by their margins elsewhere."""
    return replace(line, says=_says(line.interval, 1 if line.direction == "increase" else -1))


def _says(interval: Interval | None, sign: int) -> str:
    if interval is None:
        return "unknown"
    if interval.low <= 0 <= interval.high:
        return "open"
    return "better" if sign * interval.low > 0 else "worse"


def adjusted(lines: Sequence[EffectLine], alpha: float) -> list[EffectLine]:
    """The lines as one family: p-values raised by Holm's method; what is not certain among so many is open."""
    known = [line.p for line in lines if line.p is not None]
    raised = iter(holm(known))
    found = []
    for line in lines:
        p = None if line.p is None else next(raised)
        says = "open" if p is not None and p >= alpha and line.says in ("better", "worse") else line.says
        found.append(replace(line, adjusted=p, says=says))
    return found

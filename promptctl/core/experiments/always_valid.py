"""What may be said of two arms at any time, however often it is asked: for guardrails, health and between looks."""

from __future__ import annotations

from dataclasses import dataclass

from promptctl.core.experiments.samples import UnitSums, together
from promptctl.core.statistics.confidence_sequence import confidence_sequence, errors_wide
from promptctl.core.statistics.interval import Interval
from promptctl.core.statistics.two_samples import ratio_bounds


@dataclass(frozen=True, slots=True, kw_only=True)
class AlwaysValid:
    """Intervals of treatment less control, and of treatment over control less 1; None where nothing bounds them."""

    difference: Interval | None = None
    relative: Interval | None = None


def always_valid(control: UnitSums, treatment: UnitSums, alpha: float, planned_units: float) -> AlwaysValid:
    """The intervals that, with the chance 1 - ``alpha``, hold the truth at every look at these two arms.

    Each arm counts with the largest variance per unit of both and of all units together: an arm of few units that
    happen to be alike, as a canary's first ones are, does not know its own; and where all of one fail and none of the
    other, the units together do differ. Both arms need two units. The ratio's interval holds all ratios r for which
    the sequence of treatment - r * control has 0 in it.
    """
    one, two = control.estimate, treatment.estimate
    if one is None or two is None or min(control.units, treatment.units) < 2:
        return AlwaysValid()
    unit = max((arm.variance or 0.0) * arm.units for arm in (control, treatment, together(control, treatment)))
    if unit == 0:
        return AlwaysValid()
    units, variances = control.units + treatment.units, (unit / control.units, unit / treatment.units)
    wide = errors_wide(units, alpha, planned_units)
    ratio = ratio_bounds((two, variances[1]), (one, variances[0]), wide) if one > 0 else None
    return AlwaysValid(
        difference=confidence_sequence(two - one, sum(variances), units, alpha, planned_units),
        relative=Interval(ratio.low - 1, ratio.high - 1) if ratio else None,
    )

"""Whether a canary goes worse than what is served beside it, in the same time, by sums over units."""

from __future__ import annotations

import math
from collections.abc import Sequence

from promptctl.core.experiments.always_valid import always_valid
from promptctl.core.experiments.counted import ArmUnits, Measure
from promptctl.core.experiments.samples import UnitSums
from promptctl.core.metrics import Measured, measured
from promptctl.core.splits.health import LEAST, LEVEL, Finding, Rule, judged_by
from promptctl.core.statistics.interval import Interval, student_t_quantile
from promptctl.core.statistics.two_samples import ratio_bounds


def measure_of(rule: Rule) -> Measure:
    """What of the units is summed for a rule."""
    return Measure(rule.metric, measured(rule.metric).kinds[0])


def held_against(canary: ArmUnits, stable: ArmUnits, rules: Sequence[Rule], planned: float) -> tuple[Finding, ...]:
    """Every rule's finding.

    The lower bound of a change holds at all looks together, so that looking often calls no equal canary worse; the
    upper bound is that of this look. ``planned`` is near how many units of both arms most looks are expected.
    """
    return tuple(_finding(rule, canary, stable, planned) for rule in rules)


def _finding(rule: Rule, canary: ArmUnits, stable: ArmUnits, planned: float) -> Finding:
    measure = measure_of(rule)
    now, before = canary.sums.get(measure), stable.sums.get(measure)
    change = _change(rule, now, before, planned) if now and before else None
    return judged_by(rule, now.estimate if now else None, before.estimate if before else None, change)


def _change(rule: Rule, now: UnitSums, before: UnitSums, planned: float) -> Interval | None:
    metric = measured(rule.metric)
    ever, here = always_valid(before, now, 1 - LEVEL, planned), _of_this_look(metric, now, before)
    always = ever.difference if metric.absolute else ever.relative
    if metric.rises and always:
        always = Interval(-always.high, -always.low)
    if here is None:
        return always
    # Where nothing bounds the change at all looks together, this look alone calls nothing worse.
    low = always.low if always else min(here.low, 0.0)
    return Interval(min(low, here.high), here.high)


def _of_this_look(metric: Measured, now: UnitSums, before: UnitSums) -> Interval | None:
    """The change, in the rule's own unit, by Student's t with one degree less than the smaller arm has units."""
    one, two = now.estimate, before.estimate
    spread, other = _variance(metric, now), _variance(metric, before)
    if one is None or two is None or spread is None or other is None:
        return None
    radius = student_t_quantile((1 + LEVEL) / 2, min(now.units, before.units) - 1)
    if metric.absolute:
        half, change = radius * math.sqrt(spread + other), two - one if metric.rises else one - two
        return Interval(change - half, change + half)
    if one == two == 0:
        return Interval(0.0, 0.0)
    found = ratio_bounds((one, spread), (two, other), radius)
    return Interval(found.low - 1, found.high - 1) if found else None


def _variance(metric: Measured, sums: UnitSums) -> float | None:
    """The variance of an arm's estimate; None where too few units tell.

    Where all calls end alike their share varies at least as that of calls of which one more fails and one more does
    not. Source: A. Agresti and B. A. Coull, Approximate is better than "exact" for interval estimation of binomial
    proportions, The American Statistician 52 (1998), 119.
    """
    if sums.units < LEAST or sums.estimate is None or sums.variance is None:
        return None
    if metric.unit != "share":
        return sums.variance
    share = (sums.estimate * sums.y + 1) / (sums.y + 2)
    return max(sums.variance, share * (1 - share) / sums.y)

"""How many units an experiment needs, what so many would show, and how surely: before it starts."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from statistics import NormalDist

from promptctl.core.metrics import Kind
from promptctl.core.statistics import group_sequential
from promptctl.core.statistics.interval import student_t_quantile
from promptctl.errors import UsageError

NO_SAMPLE = "PC264"
_NORMAL = NormalDist()
_t_quantile = lru_cache(maxsize=256)(student_t_quantile)
_MOST = 10**12
"""Units beyond which nobody plans."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedTest:
    """What is going to be compared, of each treatment with control.

    ``baseline`` is control's value of the metric and ``effect`` the difference to show, with its sign. ``variance`` is
    that of one unit (the variance of an arm's estimate times the arm's units), taken to be the same in all arms; a
    proportion needs none. ``alpha`` is what one treatment may spend, ``shares`` are all arms', control first, of
    whatever sum, and ``looks`` how many are spread evenly over the sample.
    """

    kind: Kind
    baseline: float
    effect: float
    shares: Sequence[float]
    variance: float | None = None
    alpha: float = 0.05
    looks: int = 1


def units_needed(test: PlannedTest, power: float) -> int:
    """The units of all arms together with which each treatment's effect shows with this power.

    It is the sample of a test without looks, times what looks cost. Raises UsageError where no sample would do.
    """
    _require_sense(test)
    single = replace(test, looks=1)
    fixed = _least(lambda units: power_at(single, units) >= power)
    return math.ceil(fixed * group_sequential.inflation(_even(test.looks), test.alpha, power))


def power_at(test: PlannedTest, units: float) -> float:
    """The chance that so many units of all arms show the effect: of the treatment with the smallest share."""
    whole = math.fsum(test.shares)
    arms = units * test.shares[0] / whole, units * min(test.shares[1:]) / whole
    if min(arms) < 2:
        return 0.0
    single = _share_power(test, *arms) if test.kind == "proportion" else _mean_power(test, *arms)
    if test.looks == 1 or not test.alpha < single < 1 - 1e-12:
        return single
    drift = group_sequential.drift_needed((1.0,), test.alpha, single)
    return group_sequential.power(_even(test.looks), test.alpha, drift)


def visible_effect(test: PlannedTest, units: float, power: float) -> float | None:
    """The smallest effect, in the direction of the test's own, that so many units show with this power; None where
    they show none. What the test has for an effect beside its sign does not count."""
    single, sign = replace(test, looks=1), math.copysign(1.0, test.effect)
    drift = group_sequential.drift_needed(_even(test.looks), test.alpha, power)
    wanted = group_sequential.power((1.0,), test.alpha, drift)

    def shows(size: float) -> bool:
        return power_at(replace(single, effect=sign * size), units) >= wanted

    high = 1e3 * math.sqrt(test.variance or 0.0)
    if test.kind == "proportion":
        high = 1 - test.baseline if sign > 0 else test.baseline
    if not high > 0 or not shows(high):
        return None
    low = 0.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (low, middle) if shows(middle) else (middle, high)
    return sign * high


def _share_power(test: PlannedTest, control: float, treatment: float) -> float:
    """Of the pooled z. Source: J. L. Fleiss, B. Levin and M. C. Paik, Statistical Methods for Rates and Proportions
    (2003), 4.2, with both sides."""
    one, two = test.baseline, min(1.0, max(0.0, test.baseline + test.effect))
    pooled = (one * control + two * treatment) / (control + treatment)
    under_none = math.sqrt(pooled * (1 - pooled) * (1 / control + 1 / treatment))
    under_effect = math.sqrt(one * (1 - one) / control + two * (1 - two) / treatment)
    edge = -_NORMAL.inv_cdf(test.alpha / 2) * under_none
    if under_effect == 0:
        return float(abs(two - one) > edge)
    sides = (abs(two - one) - edge) / under_effect, (-abs(two - one) - edge) / under_effect
    return sum(map(_NORMAL.cdf, sides))


def _mean_power(test: PlannedTest, control: float, treatment: float) -> float:
    """Of Welch's t. The noncentral t is approximated (M. Abramowitz and I. Stegun, Handbook of Mathematical Functions,
    26.7.10)."""
    variances = (test.variance or 0.0) / control, (test.variance or 0.0) / treatment
    degrees = sum(variances) ** 2 / (variances[0] ** 2 / (control - 1) + variances[1] ** 2 / (treatment - 1))
    edge, centre = -_t_quantile(test.alpha / 2, degrees), abs(test.effect) / math.sqrt(sum(variances))
    spread, shrunk = math.sqrt(1 + edge * edge / (2 * degrees)), edge * (1 - 1 / (4 * degrees))
    return _NORMAL.cdf((centre - shrunk) / spread) + _NORMAL.cdf((-centre - shrunk) / spread)


def _require_sense(test: PlannedTest) -> None:
    reached = test.baseline + test.effect
    if not test.effect or not math.isfinite(reached):
        raise UsageError(NO_SAMPLE, "no sample shows an effect of 0", hint="name the smallest effect that matters")
    if test.kind == "proportion":
        if not 0 <= test.baseline <= 1 or not 0 <= reached <= 1:
            message = f"a share of {test.baseline:g} cannot change by {test.effect:+g}"
            raise UsageError(NO_SAMPLE, message, hint="shares lie between 0 and 1")
    elif test.variance is None or not 0 < test.variance < math.inf:
        message = "without a spread of the metric there is no telling how many units show an effect"
        raise UsageError(NO_SAMPLE, message, hint="let units be counted first, or name the sample yourself")


def _even(looks: int) -> tuple[float, ...]:
    return tuple(look / looks for look in range(1, looks + 1))


def _least(holds: Callable[[float], bool]) -> float:
    """The least number from which on a condition holds, to a thousandth. Raises UsageError where none is in reach."""
    high = 4.0
    while not holds(high):
        high *= 2
        if high > _MOST:
            message = f"the effect needs more than {_MOST:.0e} units"
            raise UsageError(NO_SAMPLE, message, hint="name an effect that matters more")
    low = 0.0
    while high - low > 1e-3 and (middle := (low + high) / 2) not in (low, high):
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high

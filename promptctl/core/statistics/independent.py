"""Differences of two sides that share no cases, with how small a one would show."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

from promptctl.core.statistics.interval import Interval, student_t_quantile
from promptctl.core.statistics.power import POWER
from promptctl.core.statistics.two_samples import Moments, mean_difference, share_difference


@dataclass(frozen=True, slots=True)
class Difference:
    """One side less the other. ``interval`` covers the difference with 95 %, None where a side is too small for one;
    ``visible`` is the smallest true difference that so many values would show in ``POWER`` of cases."""

    estimate: float
    interval: Interval | None
    visible: float | None


def difference_of_shares(now: int, trials: int, before: int, trials_before: int) -> Difference:
    """The difference of two shares of at least one trial each."""
    pooled = (now + before + 2) / (trials + trials_before + 4)
    error = math.sqrt(pooled * (1 - pooled) * (1 / trials + 1 / trials_before))
    return Difference(
        now / trials - before / trials_before,
        share_difference((now, trials), (before, trials_before)),
        min(1.0, _sum_of_quantiles() * error),
    )


def difference_of_means(now: Moments, before: Moments) -> Difference:
    """The difference of two means of at least one value each; without an interval where a side has one value."""
    assert now.mean is not None
    assert before.mean is not None
    visible = None
    if now.variance is not None and before.variance is not None:
        visible = _sum_of_quantiles() * math.sqrt(now.variance / now.count + before.variance / before.count)
    return Difference(now.mean - before.mean, mean_difference(now, before), visible)


def moments_interval(side: Moments) -> Interval | None:
    """The 95 % interval of a mean by Student's t; None for one value."""
    if side.mean is None or side.variance is None:
        return None
    half = student_t_quantile(0.975, side.count - 1) * math.sqrt(side.variance / side.count)
    return Interval(side.mean - half, side.mean + half)


def _sum_of_quantiles() -> float:
    return NormalDist().inv_cdf(0.975) + NormalDist().inv_cdf(POWER)

"""The difference between two sides that share no cases: of shares and of means, with how small one would show."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

from promptctl.core.statistics.interval import Interval, student_t_quantile, wilson
from promptctl.core.statistics.power import POWER


@dataclass(frozen=True, slots=True)
class Difference:
    """One side less the other. ``interval`` covers the difference with 95 %, None where a side is too small for one;
    ``visible`` is the smallest true difference that so many values would show in ``POWER`` of cases."""

    estimate: float
    interval: Interval | None
    visible: float | None


@dataclass(frozen=True, slots=True)
class Sums:
    """A side of values: how many, their sum, and that of their squares."""

    count: int
    total: float
    squares: float

    @property
    def mean(self) -> float:
        return self.total / self.count

    @property
    def variance(self) -> float:
        """Of the values around their mean, for two or more; zero where rounding alone makes them differ."""
        found = (self.squares - self.total * self.total / self.count) / (self.count - 1)
        return found if found > 1e-12 * self.squares / self.count else 0.0


def share_difference(now: int, trials: int, before: int, trials_before: int) -> Difference:
    """The difference of two shares of at least one trial each.

    Source: R. G. Newcombe, Interval estimation for the difference between independent proportions, Statistics in
    Medicine 17 (1998), 873, method 10: from both Wilson intervals.
    """
    first, second = now / trials, before / trials_before
    around, around_before = wilson(now, trials), wilson(before, trials_before)
    low = math.hypot(first - around.low, around_before.high - second)
    high = math.hypot(around.high - first, second - around_before.low)
    estimate = first - second
    pooled = (now + before + 2) / (trials + trials_before + 4)
    error = math.sqrt(pooled * (1 - pooled) * (1 / trials + 1 / trials_before))
    return Difference(estimate, Interval(estimate - low, estimate + high), min(1.0, _sum_of_quantiles() * error))


def mean_difference(now: Sums, before: Sums) -> Difference:
    """The difference of two means of at least one value each; without an interval where a side has one value.

    Source: B. L. Welch, The generalization of "Student's" problem when several different population variances are
    involved, Biometrika 34 (1947), 28.
    """
    estimate = now.mean - before.mean
    if min(now.count, before.count) < 2:
        return Difference(estimate, None, None)
    parts = [(side.variance / side.count, side.count - 1) for side in (now, before)]
    square = sum(part for part, _ in parts)
    if square == 0:
        return Difference(estimate, Interval(estimate, estimate), 0.0)
    degrees = square * square / sum(part * part / freedom for part, freedom in parts)
    half = student_t_quantile(0.975, degrees) * math.sqrt(square)
    return Difference(estimate, Interval(estimate - half, estimate + half), _sum_of_quantiles() * math.sqrt(square))


def sums_interval(side: Sums) -> Interval | None:
    """The 95 % interval of a mean by Student's t; None for one value."""
    if side.count < 2:
        return None
    half = student_t_quantile(0.975, side.count - 1) * math.sqrt(side.variance / side.count)
    return Interval(side.mean - half, side.mean + half)


def _sum_of_quantiles() -> float:
    return NormalDist().inv_cdf(0.975) + NormalDist().inv_cdf(POWER)

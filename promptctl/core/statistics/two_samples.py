"""Two independent samples held against each other, from counts, sums and ranks alone: what engines give."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from promptctl.core.statistics.incomplete_beta import incomplete_beta
from promptctl.core.statistics.interval import Interval, student_t_quantile, wilson


@dataclass(frozen=True, slots=True)
class Moments:
    """``count`` values, their sum and the sum of their squares."""

    count: int = 0
    total: float = 0.0
    squares: float = 0.0

    @property
    def mean(self) -> float | None:
        """The mean; None of nothing."""
        return self.total / self.count if self.count else None

    @property
    def variance(self) -> float | None:
        """The unbiased variance; None of fewer than two values, zero where rounding alone makes them differ."""
        if self.count < 2:
            return None
        found = (self.squares - self.total * self.total / self.count) / (self.count - 1)
        return found if found > 1e-12 * self.squares / self.count else 0.0

    @property
    def binary(self) -> bool:
        """Whether all values, where none lies outside [0, 1], are 0 or 1."""
        return self.squares == self.total


def share_difference(first: tuple[int, int], second: tuple[int, int], level: float = 0.95) -> Interval | None:
    """The interval of the first share less the second, each (hits, trials); None where one has no trials.

    Source: R. G. Newcombe, Interval estimation for the difference between independent proportions, Statistics in
    Medicine 17 (1998), 873, method 10.
    """
    if not first[1] or not second[1]:
        return None
    one, two = first[0] / first[1], second[0] / second[1]
    inner, outer = wilson(*first, level), wilson(*second, level)
    difference = one - two
    low = difference - math.hypot(one - inner.low, outer.high - two)
    return Interval(max(-1.0, low), min(1.0, difference + math.hypot(inner.high - one, two - outer.low)))


def mean_difference(first: Moments, second: Moments, level: float = 0.95) -> Interval | None:
    """The interval of the first mean less the second; None where one has fewer than two values.

    Source: B. L. Welch, The generalization of Student's problem when several different population variances are
    involved, Biometrika 34 (1947), 28.
    """
    found = _errors(first, second)
    if found is None:
        return None
    one, two, error_one, error_two = found
    difference, error = one - two, error_one + error_two
    if error == 0:
        return Interval(difference, difference)
    degrees = error**2 / (error_one**2 / (first.count - 1) + error_two**2 / (second.count - 1))
    half = student_t_quantile((1 + level) / 2, degrees) * math.sqrt(error)
    return Interval(difference - half, difference + half)


def mean_ratio(first: Moments, second: Moments, level: float = 0.95) -> Interval | None:
    """The interval of the first mean over the second; None where either has fewer than two values, or where the second
    cannot be told from zero, so that the ratio has no bounds.

    Source: E. C. Fieller, Some problems in interval estimation, Journal of the Royal Statistical Society B 16 (1954),
    175, with Welch's degrees of freedom at the observed means.
    """
    found = _errors(first, second)
    if found is None:
        return None
    one, two, error_one, error_two = found
    error = error_one + error_two
    if error == 0:
        return Interval(one / two, one / two) if two else None
    degrees = error**2 / (error_one**2 / (first.count - 1) + error_two**2 / (second.count - 1))
    return ratio_bounds((one, error_one), (two, error_two), student_t_quantile((1 + level) / 2, degrees))


def ratio_bounds(first: tuple[float, float], second: tuple[float, float], errors: float) -> Interval | None:
    """All ratios r for which first - r * second is within so many standard errors of zero, each side being (estimate,
    its variance); None where they have no bounds, or none that a float can hold. Source: E. C. Fieller (1954), above.
    """
    (one, error_one), (two, error_two), square = first, second, errors * errors
    bounded = two * two - square * error_two
    if bounded <= 0:
        return None
    product = one * two
    root = math.sqrt(max(0.0, product * product - (one * one - square * error_one) * bounded))
    ends = sorted(((product - root) / bounded, (product + root) / bounded))
    if not all(map(math.isfinite, ends)):
        return None
    return Interval(ends[0], ends[1])


def quantile_ranks(count: int, share: float, level: float = 0.95) -> tuple[int, int] | None:
    """The ranks, from 1, of the ordered values between which a quantile lies; None where no values bound it.

    Source: H. A. David and H. N. Nagaraja, Order Statistics (2003), 7.1: the quantile lies below the value of rank r
    with the chance that at most r - 1 of ``count`` values are not above it.
    """
    tail = (1 - level) / 2
    low = _first(count, lambda below: _at_most(below, count, share) > tail)
    high = _first(count, lambda below: _at_most(below, count, share) >= 1 - tail) + 1
    return (low, high) if low >= 1 and high <= count else None


def _at_most(hits: int, trials: int, share: float) -> float:
    """The chance of at most so many hits: a binomial as an incomplete beta (NIST DLMF 8.17.5)."""
    return 1.0 if hits >= trials else incomplete_beta(trials - hits, hits + 1, 1 - share)


def _first(count: int, holds: Callable[[int], bool]) -> int:
    """The least number in [0, count] for which a condition that stays true begins to be."""
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low


def _errors(first: Moments, second: Moments) -> tuple[float, float, float, float] | None:
    """Both means and the squares of their standard errors."""
    if first.mean is None or second.mean is None or first.variance is None or second.variance is None:
        return None
    return first.mean, second.mean, first.variance / first.count, second.variance / second.count

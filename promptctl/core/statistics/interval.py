"""Intervals around one estimate: of a share (Wilson, Clopper-Pearson) and of a mean (Student's t)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from promptctl.core.statistics.incomplete_beta import incomplete_beta, inverse_incomplete_beta


@dataclass(frozen=True, slots=True)
class Interval:
    """``low`` <= ``high``, both finite."""

    low: float
    high: float

    def to_list(self) -> list[float]:
        """Its bounds as JSON has them."""
        return [self.low, self.high]


def wilson(successes: int, trials: int, level: float = 0.95) -> Interval:
    """The interval of a share; [0, 1] without trials.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927), 209.
    """
    if trials == 0:
        return Interval(0.0, 1.0)
    from statistics import NormalDist

    z = NormalDist().inv_cdf((1 + level) / 2)
    share, spread = successes / trials, z * z / trials
    centre = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt(share * (1 - share) / trials + spread / (4 * trials)) / (1 + spread)
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    return Interval(low, 1.0 if successes == trials else min(1.0, centre + half))


def clopper_pearson(successes: int, trials: int, level: float = 0.90) -> Interval:
    """The exact interval of a share; [0, 1] without trials.

    Source: C. J. Clopper and E. S. Pearson, The use of confidence or fiducial limits illustrated in the case of the
    binomial, Biometrika 26 (1934), 404; as beta quantiles: B(a/2; k, n-k+1) and B(1-a/2; k+1, n-k).
    """
    tail, failures = (1 - level) / 2, trials - successes
    low = inverse_incomplete_beta(successes, failures + 1, tail) if successes else 0.0
    high = inverse_incomplete_beta(successes + 1, failures, 1 - tail) if failures else 1.0
    return Interval(low, high)


def student_t_quantile(probability: float, degrees: float) -> float:
    """The t below which a Student variable with ``degrees`` of freedom falls with ``probability`` within (0, 1).

    Source: M. Abramowitz and I. Stegun, Handbook of Mathematical Functions, 26.7.1:
    P(|T| > t) = I_x(degrees/2, 1/2) with x = degrees / (degrees + t^2), solved for the smaller of x and 1 - x.
    """
    if probability == 0.5:
        return 0.0
    tail = 2 * min(probability, 1 - probability)
    inner = inverse_incomplete_beta(0.5, degrees / 2, 1 - tail)
    outer = 1 - inner if inner < 0.5 else inverse_incomplete_beta(degrees / 2, 0.5, tail)
    size = math.sqrt(degrees * (inner if inner < 0.5 else 1 - outer) / outer)
    return size if probability > 0.5 else -size


def mean(values: Sequence[float]) -> float:
    """The mean by an exactly rounded sum, so that order and Python version change nothing."""
    return math.fsum(values) / len(values)


def mean_interval(
    values: Sequence[float], level: float = 0.95, *, least: float = -math.inf, most: float = math.inf
) -> Interval | None:
    """The interval of a mean by Student's t, cut to what a mean can be at all; one value has none."""
    if len(values) < 2:
        return None
    found = t_interval(values, level)
    return Interval(max(found.low, least), min(found.high, most))


def t_interval(values: Sequence[float], level: float = 0.95) -> Interval:
    """mean +- t s / sqrt(n), for two or more values; nothing but the value where all are the same.

    Source: Student, The probable error of a mean, Biometrika 6 (1908), 1.
    """
    if min(values) == max(values):
        return Interval(values[0], values[0])
    centre, count = mean(values), len(values)
    variance = math.fsum((value - centre) ** 2 for value in values) / (count - 1)
    half = student_t_quantile((1 + level) / 2, count - 1) * math.sqrt(variance / count)
    return Interval(centre - half, centre + half)


def t_chance(values: Sequence[float]) -> float:
    """How often two or more values whose true mean is 0 have a mean as high as these: Student's t, one-sided.

    Source: M. Abramowitz and I. Stegun, Handbook of Mathematical Functions, 26.7.1.
    """
    centre, count = mean(values), len(values)
    square = math.fsum((value - centre) ** 2 for value in values) / (count - 1) / count
    if square == 0:
        return 0.0 if centre > 0 else 1.0
    both = incomplete_beta((count - 1) / 2, 0.5, (count - 1) / (count - 1 + centre * centre / square))
    return both / 2 if centre > 0 else 1 - both / 2


def percentile_95(values: Sequence[float]) -> float:
    """The 95th percentile of at least one value: the smallest that 95 % do not exceed.

    Source: R. J. Hyndman and Y. Fan, Sample quantiles in statistical packages, The American Statistician 50 (1996),
    definition 1 (inverse of the empirical distribution).
    """
    return sorted(values)[(95 * len(values) + 99) // 100 - 1]

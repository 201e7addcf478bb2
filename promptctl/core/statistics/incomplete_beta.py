"""The regularised incomplete beta function and its inverse: the root of the binomial's and Student's t quantiles."""

from __future__ import annotations

import math

_TINY = 1e-300
_MAX_TERMS = 100_000


def incomplete_beta(a: float, b: float, x: float) -> float:
    """I_x(a, b) for a, b > 0 and 0 <= x <= 1.

    Source: NIST Digital Library of Mathematical Functions, 8.17.22 (continued fraction), with 8.17.4 (symmetry) where
    that converges faster.
    """
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - _front(b, a, 1 - x) / _fraction(b, a, 1 - x)
    return _front(a, b, x) / _fraction(a, b, x)


def _front(a: float, b: float, x: float) -> float:
    """x^a (1-x)^b / (a B(a, b))."""
    log_beta = math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
    return math.exp(a * math.log(x) + b * math.log1p(-x) - log_beta) / a


def _fraction(a: float, b: float, x: float) -> float:
    """The fraction 1 + d1/(1 + d2/(1 + …)) by the modified Lentz method (Thompson and Barnett 1986)."""
    value = numerator = 1.0
    denominator = 0.0
    for term in range(1, _MAX_TERMS):
        coefficient = _coefficient(a, b, x, term)
        denominator = 1 / _away_from_zero(1 + coefficient * denominator)
        numerator = _away_from_zero(1 + coefficient / numerator)
        change = numerator * denominator
        value *= change
        if abs(change - 1) < 1e-15:
            break
    return value


def _coefficient(a: float, b: float, x: float, term: int) -> float:
    """d of DLMF 8.17.22: even terms by 8.17.23 (d_2m), odd ones by d_(2m+1)."""
    half = term // 2
    if term % 2 == 0:
        return half * (b - half) * x / ((a + term - 1) * (a + term))
    return -(a + half) * (a + b + half) * x / ((a + term - 1) * (a + term))


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def inverse_incomplete_beta(a: float, b: float, probability: float) -> float:
    """The x with I_x(a, b) = probability, by bisection down to neighbouring floats."""
    low, high = 0.0, 1.0
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return middle
        if incomplete_beta(a, b, middle) < probability:
            low = middle
        else:
            high = middle

"""What is known of one arm and one metric: sums over its units, from which estimates and their errors follow."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from promptctl.core.statistics.interval import Interval

_ROUNDING = Fraction(1, 10**12)
"""Of the terms that cancel in a variance: what is smaller is what sums of floats lose."""

_SPACING = Fraction(1, 10**15)
"""Of a value: what is smaller is what a float cannot hold."""


@dataclass(frozen=True, slots=True)
class UnitSums:
    """Sums over the ``units`` of an arm of a numerator and a denominator, of their squares and of their product.

    A mean per unit, and the share of units with a property (numerator 0 or 1), have the denominator 1: ``y``, ``yy``
    are then ``units`` and ``xy`` is ``x``. Where values are large beside their spread, an engine sums the numerator
    less ``about`` times the denominator instead (``about`` near the estimate), so that nothing cancels.
    """

    units: int
    x: float
    y: float
    xx: float
    yy: float
    xy: float
    about: float = 0.0

    @property
    def estimate(self) -> float | None:
        """The sum of numerators over the sum of denominators; None where that is not a number."""
        if not self._usable:
            return None
        return _number(Fraction(self.about) + Fraction(self.x) / Fraction(self.y))

    @property
    def variance(self) -> float | None:
        """The variance of the estimate; None below two units, without an estimate and beyond all floats, 0 where
        nothing but rounding makes units differ.

        It is n / (n - 1) * sum((x - r y)^2) / sum(y)^2 with r = sum(x) / sum(y). Source: A. Deng, U. Knoblich and
        J. Lu, Applying the delta method in metric analytics (2018), section 2.2; without denominators it is s^2 / n.
        """
        if self.estimate is None or self.units < 2:
            return None
        x, y, xx, yy, xy = (Fraction(value) for value in (self.x, self.y, self.xx, self.yy, self.xy))
        ratio = x / y
        added, taken = xx + ratio * ratio * yy, 2 * ratio * xy
        spread = added - taken
        unsure = _ROUNDING * (added + abs(taken)) + (_SPACING * Fraction(self.about)) ** 2 * yy
        if spread <= unsure:
            return 0.0
        return _number(spread / (y * y) * self.units / (self.units - 1))

    @property
    def _usable(self) -> bool:
        values = (self.x, self.y, self.xx, self.yy, self.xy, self.about)
        return self.units > 0 and all(map(math.isfinite, values)) and self.y > 0


def _number(exact: Fraction) -> float | None:
    """The nearest float; None where none is near."""
    try:
        return float(exact)
    except OverflowError:
        return None


def together(first: UnitSums, second: UnitSums) -> UnitSums:
    """The sums over the units of both, about the first's ``about``."""
    step = Fraction(second.about) - Fraction(first.about)
    x, y, xx, yy, xy = (Fraction(value) for value in (second.x, second.y, second.xx, second.yy, second.xy))
    return UnitSums(
        first.units + second.units,
        float(first.x + x + step * y),
        float(first.y + y),
        float(first.xx + xx + 2 * step * xy + step * step * yy),
        float(first.yy + yy),
        float(first.xy + xy + step * yy),
        first.about,
    )


def sums_of_quantile(below: UnitSums, quantile: float, bounds: Interval, z: float) -> UnitSums:
    """The sums of an arm's quantile in the shape of every other metric, from the values at its ``bounds``.

    A unit's numerator is what it moves the quantile by: (share below * its values - those below) / density, the
    density being that between the bounds (Bahadur's representation, A. W. van der Vaart, Asymptotic Statistics (1998),
    21.1). The estimate is then the quantile, and the bounds lie 2 ``z`` errors from each other.
    """
    half = z * math.sqrt(below.variance or 0.0)
    slope = (bounds.high - bounds.low) / (2 * half) if half else 0.0
    share = below.x / below.y
    squares = below.xx - 2 * share * below.xy + share * share * below.yy
    return UnitSums(
        below.units,
        0.0,
        below.y,
        squares * slope * slope,
        below.yy,
        (share * below.yy - below.xy) * slope,
        quantile,
    )

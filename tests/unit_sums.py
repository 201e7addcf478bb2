"""Sums of units that are given one by one; engines make the same of a table."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction

from promptctl.core.experiments.samples import UnitSums


def sums_of_values(count: int, total: float, squares: float) -> UnitSums:
    """The sums where each value is a unit of its own: how many there are, their sum and the sum of their squares."""
    return UnitSums(count, total, float(count), squares, float(count), total)


def sums_of_pairs(pairs: Iterable[tuple[float, float]], about: float | None = None) -> UnitSums:
    """The sums of units given as (numerator, denominator), about their ratio unless something else is named."""
    known = list(pairs)
    y = math.fsum(pair[1] for pair in known)
    if about is None:
        about = math.fsum(pair[0] for pair in known) / y if y else 0.0
    exact = {pair: float(Fraction(pair[0]) - Fraction(about) * Fraction(pair[1])) for pair in set(known)}
    moved = [exact[pair] for pair in known]
    return UnitSums(
        len(known),
        math.fsum(moved),
        y,
        math.fsum(x * x for x in moved),
        math.fsum(y * y for _, y in known),
        math.fsum(x * y for x, (_, y) in zip(moved, known, strict=True)),
        about,
    )

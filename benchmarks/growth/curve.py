"""One command against one number, and what its costs say."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

FLAT = 1.3
"""The largest may cost so many times what the smallest does, start and all, to be called flat."""
_VISIBLE = 0.15
"""What is less than this part of the start drowns in its noise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """``cost`` gives milliseconds of processor time for a size, the smallest of some runs; ``start`` is what the same
    takes where there is nothing to do."""

    title: str
    cost: Callable[[int], float]
    start: Callable[[], float] = lambda: 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """What grows, the ``unit`` by which costs are told, the sizes, and what is measured there."""

    key: str
    title: str
    unit: str
    sizes: tuple[int, ...]
    quick: tuple[int, ...]
    curves: tuple[Curve, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """What one curve cost: ``start`` and ``points`` by size in milliseconds, start included."""

    title: str
    start: float
    points: Mapping[int, float]

    @property
    def line(self) -> tuple[float, float]:
        """``a`` and ``b`` of the line a + b·n that misses by least, relatively, by weighted least squares."""
        weights = {size: 1 / max(cost, 0.001) ** 2 for size, cost in self.points.items()}
        whole = sum(weights.values())
        middle = sum(weights[size] * size for size in weights) / whole
        mean = sum(weights[size] * self.points[size] for size in weights) / whole
        spread = sum(weights[size] * (size - middle) ** 2 for size in weights)
        slope = sum(weights[size] * (size - middle) * (self.points[size] - mean) for size in weights) / spread
        return mean - slope * middle, slope

    @property
    def exponent(self) -> float | None:
        """The slope of a line through logarithms of what comes to the start; None where too little does."""
        least = max(self.start * _VISIBLE, 0.5)
        after = [(size, cost - self.start) for size, cost in self.points.items() if cost - self.start > least]
        if self.is_flat or len(after) < 2:
            return None
        return _slope([(math.log(size), math.log(cost)) for size, cost in after])

    @property
    def is_flat(self) -> bool:
        sizes = sorted(self.points)
        return self.points[sizes[-1]] <= FLAT * self.points[sizes[0]]


def _slope(points: Sequence[tuple[float, float]]) -> float:
    middle = sum(x for x, _ in points) / len(points)
    mean = sum(y for _, y in points) / len(points)
    spread = sum((x - middle) ** 2 for x, _ in points)
    return sum((x - middle) * (y - mean) for x, y in points) / spread

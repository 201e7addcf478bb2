"""Which ordered values around a quantile are fetched before its error is known: so they are put in order once."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from promptctl.core.experiments.samples import UnitSums, sums_of_quantile
from promptctl.core.statistics.interval import Interval

_Z = 1.959963984540054
"""Bounds are those of a 95 % interval; the density between them stands for the one at the quantile."""

_LEAST, _FACTOR, _STEPS = 0.5, 1.05, 90
"""Distances in errors of values that know nothing of each other: from half of one to forty, as clusters may need."""


@dataclass(frozen=True, slots=True)
class Places:
    """The ranks, from 1, of ``count`` ordered values around the quantile ``share``."""

    count: int
    share: float

    @property
    def middle(self) -> int:
        """The rank of the quantile: of the least value that this share of values does not exceed."""
        return max(1, math.ceil(round(self.share * self.count, 6)))

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """Ranks on both sides, the nearest first, as far as there are values."""
        error = math.sqrt(self.share * (1 - self.share) * self.count)
        distances = dict.fromkeys(math.ceil(_Z * error * _LEAST * _FACTOR**step) for step in range(_STEPS))
        found = [(self.middle - distance, self.middle + distance) for distance in distances]
        return [pair for pair in found if pair[0] >= 1 and pair[1] <= self.count]

    @property
    def ranks(self) -> set[int]:
        """All that are needed; of no values none."""
        return {self.middle, *(rank for pair in self.pairs for rank in pair)} if self.count else set()


def quantile_sums(places: Places, values: Mapping[int, float], below: UnitSums) -> UnitSums | None:
    """The sums of a quantile, from the values at its ranks, and the sums over units of how many of a unit's values are
    not above it; None where no values bound it.

    The bounds are the nearest fetched pair that is not nearer than 1.96 errors of the share below.
    """
    variance, pairs = below.variance, places.pairs
    if variance is None or not pairs:
        return None
    error = math.sqrt(variance)
    if error == 0:
        # Every unit has the same share below: nothing tells how far the quantile moves.
        return sums_of_quantile(below, values[places.middle], Interval(0.0, 0.0), _Z)
    for low, high in pairs:
        half = (high - low) / 2 / places.count
        if half >= _Z * error:
            return sums_of_quantile(below, values[places.middle], Interval(values[low], values[high]), half / error)
    return None

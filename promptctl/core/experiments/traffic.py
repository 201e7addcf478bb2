"""How many different units come in how many days: what has been seen, and how long a sample takes by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

DAYS = (1, 2, 3, 7, 14, 21, 28)
"""Lengths of time, up to now, in which units are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """``reach``: by a number of days up to now, the different units that came in them, where so long is known."""

    reach: Mapping[int, int] = field(default_factory=dict)

    @property
    def days(self) -> int:
        """The longest time that is known."""
        return max(self.reach, default=0)

    def days_for(self, units: int) -> float | None:
        """The days in which so many different units come, if all goes on as before; None where they never would.

        Between what was counted, and beyond it by the last pace: units that come again are no further units.
        """
        known = [(0, 0), *sorted(self.reach.items())]
        for (day, low), (later, high) in pairwise(known):
            if low <= units <= high and high > low:
                return day + (later - day) * (units - low) / (high - low)
        if len(known) < 2:
            return None
        (day, low), (later, high) = known[-2:]
        return later + (later - day) * (units - high) / (high - low) if high > low else None

"""A row of the budget: what is measured, against what, and the ratio it must reach."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Measured:
    """``ours`` and ``reference`` are the two sides of the ratio in milliseconds; ``details`` are further figures."""

    ours: float
    reference: float
    details: Mapping[str, float] = field(default_factory=dict)
    note: str = ""

    @property
    def ratio(self) -> float:
        return self.ours / self.reference


@dataclass(frozen=True, kw_only=True)
class Row:
    """``limit`` is the highest ratio that meets the budget, infinite for a row that only shows what something costs.
    With ``at_least`` it is the lowest of the inverse.

    ``measure`` takes the number of rounds and gives None where this machine or version lacks what is measured.
    """

    key: str
    group: str
    title: str
    target: str
    limit: float
    measure: Callable[[int], Measured | str]
    rounds: int = 11
    at_least: bool = False

    def met(self, found: Measured) -> bool:
        return 1 / found.ratio >= self.limit if self.at_least else found.ratio <= self.limit

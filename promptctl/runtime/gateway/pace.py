"""How much may go to one provider in a minute: slower when it says "too many", quicker again by its answers."""

from __future__ import annotations

_SLOWEST = 1 / 8


class Pace:
    """At most ``most`` units (requests, tokens) a minute, spread evenly; None: as many as come.

    What is taken has to be paid for by time before the next may start, at ``due`` (seconds of the caller's clock).
    Additive increase, multiplicative decrease as in ``AdaptiveLimit``, down to an eighth.
    """

    def __init__(self, most: float | None) -> None:
        self.most = most
        self.allowed = most or 0.0
        self.due = float("-inf")

    def take(self, units: float, start: float) -> float:
        """A call of so many units begins at ``start``: the seconds that it pays for them."""
        if not self.most:
            return 0.0
        paid = 60 * units / self.allowed
        self.due = start + paid
        return paid

    def correct(self, units: float, paid: float) -> None:
        """The call took so many units. What it paid is given back as it was paid, however slow the pace is by now."""
        if self.most:
            self.due += 60 * units / self.allowed - paid

    def slow(self) -> None:
        """Too many: half as many from now on."""
        if self.most:
            self.allowed = max(self.most * _SLOWEST, self.allowed / 2)

    def quicken(self, units: float) -> None:
        """An answer came that took so many units: as many more in a minute."""
        if self.most:
            self.allowed = min(self.most, self.allowed + units)

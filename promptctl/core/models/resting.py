"""Leaves alone for a while what has failed."""

from __future__ import annotations

_SHORTEST, _LONGEST = 1.0, 30.0


class Resting:
    """After a failure nobody asks for a second, doubled with each failure up to half a minute; then one who asks
    tries, and the others go on as if it failed. Times are in seconds of the caller's clock."""

    def __init__(self) -> None:
        self._until = 0.0
        self._pause = 0.0

    def rests(self, now: float) -> bool:
        """Whether to do without. Who hears False after a failure is the one that tries."""
        if not self._pause:
            return False
        if now < self._until:
            return True
        self._pause = min(2 * self._pause, _LONGEST)
        self._until = now + self._pause
        return False

    def failed(self, now: float) -> None:
        """It did not work."""
        self._pause = self._pause or _SHORTEST
        self._until = now + self._pause

    def worked(self) -> None:
        """It works."""
        self._pause = 0.0

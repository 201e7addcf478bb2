"""How much somebody may ask: a bucket each that fills steadily, and holds a minute's worth."""

from __future__ import annotations

from collections.abc import Callable

_MOST = 10_000
"""Buckets that are remembered; when there are more, those that are full again are forgotten."""


class Buckets:
    """``per_minute`` requests of each key, all at once or spread."""

    def __init__(self, per_minute: int, clock: Callable[[], float]) -> None:
        self._rate, self._size, self._clock = per_minute / 60, float(per_minute), clock
        self._buckets: dict[str, tuple[float, float]] = {}

    def wait(self, key: str) -> float:
        """Seconds until the next one is allowed; 0: now. Takes nothing."""
        return max(0.0, (1 - self._level(key)) / self._rate)

    def take(self, key: str) -> None:
        """Counts one."""
        if len(self._buckets) >= _MOST:
            self._buckets = {it: found for it, found in self._buckets.items() if self._level(it) < self._size}
        if len(self._buckets) >= _MOST:
            self._buckets = {}
        self._buckets[key] = (self._level(key) - 1, self._clock())

    def taken(self, key: str) -> float:
        """Counts one if it is allowed; else seconds to wait."""
        wait = self.wait(key)
        if not wait:
            self.take(key)
        return wait

    def _level(self, key: str) -> float:
        level, then = self._buckets.get(key, (self._size, self._clock()))
        return min(self._size, level + (self._clock() - then) * self._rate)

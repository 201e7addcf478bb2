"""Counting without a lock."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Of events and scores, in this process: ``recorded`` are all that came, ``written`` those a store has,
    ``dropped`` those that it will never have. The others wait."""

    recorded: int
    written: int
    dropped: int

    @property
    def waiting(self) -> int:
        """How many are on their way."""
        return self.recorded - self.written - self.dropped


class Tally:
    """A number that threads and signal handlers add one to with ``add``, exactly and without ever waiting: one step of
    an iterator cannot be interrupted. Reading it is a step too, and taken off again."""

    __slots__ = ("_lock", "_reads", "add")

    def __init__(self) -> None:
        self.add = itertools.count().__next__
        self._reads = 0
        self._lock = threading.Lock()

    def total(self) -> int:
        """How often ``add`` was called."""
        with self._lock:
            found = self.add() - self._reads
            self._reads += 1
            return found

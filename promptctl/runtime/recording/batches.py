"""The thread that takes events from a queue, cleans them, and writes them until the store has them."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from promptctl.core.events.event import Batch, Drop, Event, Scalar, Score, row
from promptctl.core.events.redaction import Redactor
from promptctl.runtime.recording.tally import Tally

if TYPE_CHECKING:
    from promptctl.adapters.events import EventStore

_LEAST_PAUSE, _MOST_PAUSE = 0.1, 5.0


class Mark:
    """A place in the queue: ``reached`` is set when all before it is written. With ``last`` the thread ends there."""

    def __init__(self, *, last: bool = False) -> None:
        self.reached = threading.Event()
        self.last = last


Item = Event | Score | Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a writer works with. ``redactor`` is asked before each batch, since an application may learn secrets later;
    ``linger`` is for how many seconds it waits for more once something came, ``most`` the rows of one batch."""

    open: Callable[[], EventStore]
    redactor: Callable[[], Redactor]
    clock: Callable[[], float] = time.time
    linger: float = 0.05
    most: int = 1000


@dataclass(slots=True, kw_only=True)
class _Taken:
    """What was taken from the queue: rows, the marks that wait for them, and how many could not become rows."""

    events: list[tuple[Scalar, ...]] = field(default_factory=list)
    scores: list[tuple[Scalar, ...]] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    refused: int = 0

    @property
    def rows(self) -> int:
        return len(self.events) + len(self.scores)

    @property
    def full_stop(self) -> bool:
        return any(mark.last for mark in self.marks)


class Writer:
    """Writes what a queue brings to a store. ``overflow`` counts what found the queue full.

    ``written`` and ``lost`` are its own counts, ``failure`` is why the store refuses at the moment.
    """

    def __init__(self, queue: SimpleQueue[Item], overflow: Tally, means: Means) -> None:
        self.written = 0
        self.lost = 0
        self.failure: Exception | None = None
        self.store: EventStore | None = None
        self.hurry = threading.Event()
        self._queue, self._overflow, self._means = queue, overflow, means
        self._process = f"{os.getpid()}-{os.urandom(6).hex()}"
        self._told = 0

    def run(self) -> None:
        """Until the last mark."""
        ended = False
        while not ended:
            taken = self._take()
            self._deliver(taken)
            for mark in taken.marks:
                mark.reached.set()
            ended = taken.full_stop
        if self.store is not None:
            with suppress(Exception):
                self.store.close()

    def _take(self) -> _Taken:
        first = self._queue.get()
        if not isinstance(first, Mark):
            self.hurry.wait(self._means.linger)
        # Not sooner: what came first may have been waited for since long before its secrets were known.
        taken, redactor = _Taken(), self._means.redactor()
        self._add(taken, first, redactor)
        with suppress(Empty):
            while taken.rows < self._means.most and not taken.full_stop:
                self._add(taken, self._queue.get_nowait(), redactor)
        return taken

    def _add(self, taken: _Taken, item: Item, redactor: Redactor) -> None:
        try:
            if isinstance(item, Mark):
                taken.marks.append(item)
                self.hurry.clear()
            elif isinstance(item, Event):
                taken.events.append(redactor.event(item))
            else:
                taken.scores.append(redactor.score(item))
        except Exception:  # noqa: BLE001 - whatever an application put into it: it is counted, and the next one comes
            taken.refused += 1

    def _deliver(self, taken: _Taken) -> None:
        """Returns when the store has the rows, and with them how many came to nothing until now."""
        self.lost += taken.refused
        dropped = self._overflow.total() + self.lost
        now = int(self._means.clock() * 1_000_000)
        drop = Drop(process=self._process, at=now, count=dropped - self._told)
        batch = Batch(events=taken.events, scores=taken.scores, drops=[row(drop)] if drop.count else [])
        pause = _LEAST_PAUSE
        while taken.rows or drop.count:
            refused = self._offered(batch)
            if refused is not None:
                self._told = dropped
                self.written += taken.rows - refused
                self.lost += refused
                return
            self.hurry.wait(pause)
            self.hurry.clear()
            pause = min(2 * pause, _MOST_PAUSE)

    def _offered(self, batch: Batch) -> int | None:
        """How many rows the store will never take; None when it takes none of them now."""
        try:
            if self.store is None:
                self.store = self._means.open()
            refused = self.store.write(batch)
        except Exception as error:  # noqa: BLE001 - no fault of a store may reach the application
            self.failure = error
            return None
        self.failure = None
        return refused

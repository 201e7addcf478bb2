"""Calls under way in this process, so that equal ones wait for the first instead of asking too."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import Future

from promptctl.core.models.request import Reply
from promptctl.runtime.caching.outcome import CacheOutcome
from promptctl.runtime.caching.process_lock import ProcessLock

Landed = tuple[Reply, CacheOutcome]


class Flight:
    """One call under way. It lands with what it brought, or with None: it failed, or was called off."""

    def __init__(self) -> None:
        self._landed: Future[Landed | None] = Future()
        # A running future cannot be cancelled: who waits may give up without taking it from the others.
        self._landed.set_running_or_notify_cancel()

    def land(self, landed: Landed | None) -> None:
        """Tells all who wait, in whatever thread."""
        self._landed.set_result(landed)

    async def arrival(self, seconds: float) -> Landed | None:
        """What it brought; None too when that takes longer."""
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.wrap_future(self._landed)
        except TimeoutError:
            return None


class Flights:
    """The flights of a process by key, whichever thread or event loop they began in."""

    def __init__(self) -> None:
        self._lock = ProcessLock()
        self._flights: dict[str, Flight] = {}
        self._process = os.getpid()

    def join(self, key: str) -> tuple[Flight, bool]:
        """The flight for a key, and whether it is new: then the caller leads, and has to land it."""
        with self._lock.here():
            if self._process != os.getpid():
                # What a parent process has under way never lands here.
                self._flights, self._process = {}, os.getpid()
            if key in self._flights:
                return self._flights[key], False
            flight = self._flights[key] = Flight()
            return flight, True

    def land(self, key: str, flight: Flight, landed: Landed | None) -> None:
        """The flight is over; the next call for the key begins a new one."""
        with self._lock.here():
            if self._flights.get(key) is flight:
                del self._flights[key]
        flight.land(landed)

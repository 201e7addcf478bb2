"""How many calls one provider takes at once: halved when it says "too many", widened again by its answers."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class AdaptiveLimit:
    """Additive increase, multiplicative decrease (Chiu and Jain, 1989). Belongs to one event loop.

    ``most`` is the ceiling and the start; never fewer than one call at a time. ``hold`` lowers it for the moment.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.allowed = float(most)
        self.busy = 0
        self._held: int | None = None
        self._waiting: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Waits for a free place, and holds it."""
        await self._enter()
        try:
            yield
        finally:
            self._leave()

    def narrow(self) -> None:
        """The provider refused a call: half as many from now on as are under way."""
        self.allowed = max(1.0, min(self.allowed, self.busy) / 2)

    def widen(self) -> None:
        """An answer came: one place more after as many answers as there are places."""
        self.allowed = min(float(self.most), self.allowed + 1 / self.allowed)
        self._wake()

    def hold(self, places: int | None) -> None:
        """No more than so many until told otherwise; None: as many as are allowed."""
        self._held = places
        self._wake()

    @property
    def _places(self) -> int:
        return int(self.allowed) if self._held is None else min(int(self.allowed), self._held)

    async def _enter(self) -> None:
        if self.busy < self._places and not self._waiting:
            self.busy += 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._leave()
            else:
                self._waiting.remove(turn)
            raise

    def _leave(self) -> None:
        self.busy -= 1
        self._wake()

    def _wake(self) -> None:
        while self._waiting and self.busy < self._places:
            turn = self._waiting.popleft()
            if not turn.done():
                self.busy += 1
                turn.set_result(None)

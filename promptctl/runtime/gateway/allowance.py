"""What one provider lets through: calls at once, requests a minute and tokens a minute, learnt from its refusals."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from promptctl.core.models.provider import ProviderSettings
from promptctl.core.models.request import Usage
from promptctl.runtime.gateway.limit import AdaptiveLimit
from promptctl.runtime.gateway.pace import Pace

_BYTES_A_TOKEN = 4
_ANSWER_TOKENS = ("max_tokens", "max_completion_tokens")


@dataclass(frozen=True, slots=True)
class Leave:
    """Leave to make one call: when it began (the event loop's time), the tokens that it is counted for, and the seconds
    that they cost those who come after it."""

    started: float
    tokens: float
    paid: float = 0.0


class Allowance:
    """The limits of one provider, for one event loop. ``concurrency`` replaces the provider's own."""

    def __init__(self, provider: ProviderSettings, concurrency: int | None = None) -> None:
        self.places = AdaptiveLimit(concurrency or provider.concurrency)
        self.requests = Pace(provider.requests_per_minute)
        self.tokens = Pace(provider.tokens_per_minute)
        self._queue = asyncio.Lock()
        self._sooner = asyncio.Event()
        self._resume = self._refused = float("-inf")

    @asynccontextmanager
    async def call(self, tokens: float) -> AsyncIterator[Leave]:
        """Waits, in order of arrival, until a call of about so many tokens may start; it counts as one under way."""
        async with self.places.place():
            paid = await self._turn(tokens)
            yield Leave(asyncio.get_running_loop().time(), tokens, paid)

    async def _turn(self, tokens: float) -> float:
        # Who had to queue starts when due, however late the event loop is: lateness does not add up.
        loop, queued = asyncio.get_running_loop(), self._queue.locked()
        async with self._queue:
            while (pause := self._due() - loop.time()) > 0:
                queued = True
                self._sooner.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await self._sooner.wait()
            start = self._due() if queued else loop.time()
            self.requests.take(1, start)
            return self.tokens.take(tokens, start)

    def _due(self) -> float:
        return max(self._resume, self.requests.due, self.tokens.due)

    def refused(self, leave: Leave, pause: float) -> None:
        """The provider said "too many", and wants ``pause`` seconds without any call.

        Calls that were already on their way when the limits last fell tell nothing new, and do not lower them again.
        """
        now = asyncio.get_running_loop().time()
        self._resume = max(self._resume, now + pause)
        if leave.started > self._refused:
            self._refused = now
            self.places.narrow()
            self.requests.slow()
            self.tokens.slow()

    def unused(self, leave: Leave) -> None:
        """The call took nothing: what it was counted for is there for the next, which may be the same call again."""
        self.tokens.correct(0, leave.paid)
        self._sooner.set()

    def answered(self, leave: Leave, usage: Usage) -> None:
        """An answer came; what it took replaces the estimate, where the provider says."""
        known = usage.input is not None and usage.output is not None
        used = float((usage.input or 0) + (usage.output or 0)) if known else leave.tokens
        self.places.widen()
        self.requests.quicken(1)
        self.tokens.quicken(used)
        if known:
            self.tokens.correct(used, leave.paid)
        self._sooner.set()


def estimated_tokens(body: bytes, parameters: Mapping[str, Any]) -> float:
    """About what a call takes: its bytes as English text, and the longest answer that it asks for.

    Providers count much the same way before they answer; what a call really took is known afterwards.
    """
    asked = [value for name in _ANSWER_TOKENS if isinstance(value := parameters.get(name), int)]
    return len(body) / _BYTES_A_TOKEN + max(asked, default=0)

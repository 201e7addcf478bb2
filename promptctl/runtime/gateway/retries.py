"""Tries a call again when a provider's fault is a passing one: after what it asked for, or full-jitter backoff."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import TypeVar

from promptctl.adapters.providers.exchange import Bounds
from promptctl.adapters.providers.fault import ProviderError

T = TypeVar("T")
L = TypeVar("L")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long one call may take: ``total`` seconds for all its attempts and the waits between them, each at most
    ``longest``."""

    total: float = 600.0
    attempts: int = 6
    shortest: float = 0.5
    longest: float = 60.0
    bounds: Bounds = field(default_factory=Bounds)


def wait(fault: ProviderError, attempt: int, patience: Patience, chance: float) -> float:
    """Seconds before the attempt after ``attempt`` (from 0); ``chance`` is uniform in [0, 1).

    Full jitter: uniform between nothing and ``shortest`` doubled for each attempt. What the provider asked for comes
    first, so that callers told the same time do not return in the same moment.
    Source: Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
    """
    asked = fault.retry_after
    spread = patience.shortest * (1 if asked is not None else 2**attempt)
    return min(patience.longest, asked or 0.0) + chance * min(patience.longest, spread)


async def with_retries(
    attempt: Callable[[L], Awaitable[T]],
    patience: Patience,
    random: Callable[[], float],
    leave: Callable[[], AbstractAsyncContextManager[L]],
) -> T:
    """What ``attempt`` returns, given leave to call, within ``patience``. Raises the last ProviderError, or a timeout.

    Waiting for leave does not count: a long queue before a slow provider is no fault of the call at its end.
    """
    loop = asyncio.get_running_loop()
    number, left = 0, patience.total
    while True:
        async with leave() as granted:
            begun = loop.time()
            try:
                async with asyncio.timeout(left):
                    return await attempt(granted)
            except TimeoutError:
                raise ProviderError("timeout", f"no answer within {patience.total:g} s") from None
            except ProviderError as fault:
                pause = wait(fault, number, patience, random())
                number += 1
                left -= loop.time() - begun + pause
                if not fault.passing or number >= patience.attempts or left <= 0:
                    raise
        await asyncio.sleep(pause)

"""Tries a call again when a provider's fault is a passing one: after what it asked for, or full-jitter backoff."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from promptctl.adapters.providers.exchange import Bounds
from promptctl.adapters.providers.fault import ProviderError

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long one call may take: ``total`` seconds for all its attempts and waits, each wait at most ``longest``."""

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


async def with_retries(attempt: Callable[[], Awaitable[T]], patience: Patience, random: Callable[[], float]) -> T:
    """What ``attempt`` returns, within ``patience``. Raises the last ProviderError, or a timeout."""
    ends = asyncio.get_running_loop().time() + patience.total
    try:
        async with asyncio.timeout_at(ends):
            return await _until(attempt, patience, random, ends)
    except TimeoutError:
        raise ProviderError("timeout", f"no answer within {patience.total:g} s") from None


async def _until(
    attempt: Callable[[], Awaitable[T]], patience: Patience, random: Callable[[], float], ends: float
) -> T:
    number = 0
    while True:
        try:
            return await attempt()
        except ProviderError as fault:
            pause = wait(fault, number, patience, random())
            number += 1
            late = asyncio.get_running_loop().time() + pause >= ends
            if not fault.passing or number >= patience.attempts or late:
                raise
        await asyncio.sleep(pause)

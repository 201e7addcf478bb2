"""The event that a call leaves behind, whatever became of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from promptctl.adapters.providers.fault import ProviderError
from promptctl.core.events.event import STATUSES, Event
from promptctl.core.events.redaction import MOST_SEEN
from promptctl.core.models.attempt import Attempt
from promptctl.core.models.price import picodollars
from promptctl.core.models.request import Reply, Usage
from promptctl.runtime.caching.outcome import CacheOutcome
from promptctl.runtime.given import as_given
from promptctl.runtime.prompt import Prompt
from promptctl.runtime.recording.opening import new_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """What the application says of a call: who, where, and within which trace; the id that its answer gets."""

    id: str
    trace: str
    user: str | None = None
    endpoint: str | None = None


@dataclass(slots=True, kw_only=True)
class Course:
    """One answer on its way. ``id`` is the event's, ``step`` the step of a chain."""

    id: str = field(default_factory=new_id)
    step: str | None = None
    model: str | None = None
    inputs: Any = None
    rendered: str | None = None
    reply: Reply | None = None
    outcome: CacheOutcome | None = None
    first_token_ms: float | None = None
    at: int = field(default_factory=lambda: time.time_ns() // 1000)
    begun: float = field(default_factory=time.perf_counter)

    def piece(self) -> None:
        """A piece of the answer is there."""
        if self.first_token_ms is None:
            self.first_token_ms = self.milliseconds

    @property
    def fresh(self) -> bool:
        """Whether a model gave the answer for this call, and no cache."""
        return self.outcome is None or self.outcome.kind in ("off", "miss")

    @property
    def milliseconds(self) -> float:
        """Since it began."""
        return (time.perf_counter() - self.begun) * 1000


def status_of(error: BaseException | None) -> str:
    """How a call ended, in a word."""
    if error is None:
        return "ok"
    if isinstance(error, ProviderError):
        kind = "malformed" if error.kind == "too-large" else error.kind
        return kind if kind in STATUSES else "failing"
    if isinstance(error, TimeoutError):
        return "timeout"
    return "cancelled" if isinstance(error, asyncio.CancelledError | GeneratorExit | KeyboardInterrupt) else "app"


def _costs(course: Course, fresh: Reply | None, attempts: Sequence[Attempt]) -> Iterator[int | None]:
    """What the answer cost if a model gave it, what the cache spent on finding out, and what came to nothing.

    Where nobody was asked, no answer has cost nothing.
    """
    if course.reply or not attempts:
        yield picodollars(fresh.cost) if fresh else 0
        yield course.outcome.spent if course.outcome else 0
    yield from (it.cost for it in attempts if it.usage and (it.fault or not course.reply))


def _usages(fresh: Reply | None, attempts: Sequence[Attempt]) -> Iterator[Usage]:
    """The tokens of the answer if a model gave it, and of what failed and is billed nevertheless."""
    if fresh:
        yield fresh.usage
    yield from (it.usage for it in attempts if it.usage and it.fault)


def _sum(parts: Sequence[int | None]) -> int | None:
    """All together; unknown where one is, or where there is none."""
    known = [part for part in parts if part is not None]
    return sum(known) if known and len(known) == len(parts) else None


def event_of(
    prompt: Prompt,
    caller: Caller,
    course: Course,
    attempts: Sequence[Attempt],
    error: BaseException | None,
    *,
    content: bool,
) -> Event:
    """The event. Tokens and cost are those of this call, failed attempts that are billed included: an answer from the
    cache took none. ``content``: what was sent and answered goes with it, as far as a store keeps it."""
    reply, outcome, last = course.reply, course.outcome, attempts[-1] if attempts else None
    fresh = reply if course.fresh else None
    usages, priced = list(_usages(fresh, attempts)), [it.prices for it in attempts if it.prices]
    return Event(
        id=course.id,
        at=course.at,
        prompt=prompt.name,
        status=status_of(error),
        trace=caller.trace,
        parent=caller.id if course.id != caller.id else None,
        version=prompt.version or None,
        digest=prompt.digest,
        environment=prompt.environment,
        arm=prompt.arm,
        split=prompt.split,
        reason=" ".join((prompt.reason, *sorted(prompt.notes))),
        unit=prompt.unit,
        step=course.step,
        user=caller.user,
        endpoint=caller.endpoint,
        model=(reply.model if reply else None) or (last.model if last else course.model),
        provider=(reply.provider if reply else None) or (last.provider if last else None),
        host=(reply.host if reply else None) or (last.host if last else None),
        latency_ms=course.milliseconds,
        first_token_ms=course.first_token_ms,
        input_tokens=_sum([usage.input for usage in usages]),
        output_tokens=_sum([usage.output for usage in usages]),
        cache_read_tokens=_sum([usage.cache_read for usage in usages]),
        cache_write_tokens=_sum([usage.cache_write for usage in usages]),
        cost=_sum(list(_costs(course, fresh, attempts))),
        saved=outcome.saved if outcome and reply else None,
        cache=outcome.kind if outcome else None,
        attempts=len(attempts),
        prices=priced[-1] if priced else None,
        attributes=as_given(prompt.attributes) or None,
        inputs=course.inputs if content else None,
        output=reply.text[:MOST_SEEN] if reply and content else None,
        rendered=course.rendered,
    )

"""A call that an application makes with a client of its own: what promptctl hears of it is one event."""

from __future__ import annotations

import asyncio
import math
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from types import TracebackType
from typing import Any, Self

from promptctl.core.models.price import picodollars
from promptctl.core.models.request import Reply, Usage
from promptctl.core.prompts.rendered import digest_or_none
from promptctl.errors import UsageError
from promptctl.runtime.call_event import Caller, Course, event_of, status_of
from promptctl.runtime.given import as_given
from promptctl.runtime.means import Means
from promptctl.runtime.prompt import UNFIT, Prompt

_KINDS = {401: "unauthorized", 402: "quota", 403: "unauthorized", 408: "timeout", 429: "rate-limited", 504: "timeout"}
"""Kinds of faults by the status of HTTP; others below 500 are ``refused``, from there on ``failing``."""


class OwnCall:
    """The time within ``with`` (or ``async with``), in which the application asks a model by itself.

    ``id`` names the call in events and for feedback. When it is left, one event says that the prompt was used, how long
    it took and whether it failed; an exception that leaves it goes on. Who never enters it leaves no event. Where the
    process ends within, or ``Prompts.close`` comes, it was cancelled.
    """

    def __init__(
        self,
        means: Callable[[], Means],
        prompt: Prompt,
        caller: Caller,
        inputs: Mapping[str, Any] | None,
        messages: Iterable[Mapping[str, Any]] | None = None,
    ) -> None:
        self.prompt = prompt
        self._means, self._caller, self._inputs, self._messages = means, caller, as_given(inputs), messages
        self._course: Course | None = None
        self._entered: Means | None = None
        self._cost: int | None = None

    @property
    def id(self) -> str:
        """Names the call: a ULID."""
        return self._caller.id

    @property
    def trace(self) -> str:
        """What it has in common with other calls of a request."""
        return self._caller.trace

    def __enter__(self) -> Self:
        """Raises UsageError when it was entered before: it is one call, and one event."""
        if self._course:
            raise UsageError(UNFIT, "this call was made already", hint="prompts.own_call(…) makes another one")
        course = self._course = Course(id=self.id, inputs=self._inputs)
        self._entered = self._means()
        if self._messages is not None and self._entered.keeps_rendered:
            course.rendered = digest_or_none(self._messages)
        self._entered.underway.begin(self.id, lambda: self._record(course, asyncio.CancelledError()))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._course
        assert self._entered
        elsewhere = self._entered.process != os.getpid()
        if self._entered.underway.end(self.id) or elsewhere:
            self._record(self._course, error)
            if error is None and self._course.reply and self._course.reply.text:
                means = self._here()
                means.online.offer(means, self.prompt, self._caller, self._course)

    def _here(self) -> Means:
        """What it was entered with, whatever other settings came since; in a forked process that one's own."""
        entered = self._entered
        return entered if entered and entered.process == os.getpid() else self._means()

    def _record(self, course: Course, error: BaseException | None) -> None:
        means = self._here()
        event = event_of(self.prompt, self._caller, course, (), error, content=means.keeps_content)
        means.record(replace(event, status=_status(error), cost=self._cost, attempts=None, output=event.output or None))

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, trace)

    def answered(
        self,
        text: str = "",
        *,
        usage: Usage | None = None,
        model: str = "",
        provider: str = "",
        cost: Decimal | float | None = None,
    ) -> None:
        """What came back, as far as it is known: ``cost`` in US dollars. Said twice, the second counts.

        Raises UsageError outside of ``with``, and for a cost that is no amount.
        """
        if self._course is None:
            raise UsageError(UNFIT, "this call has not begun", hint="with prompts.own_call(…) as call:")
        if cost is not None and not 0 <= cost < math.inf:
            raise UsageError(UNFIT, f"a cost is an amount in US dollars, not {cost}", hint="None where it is unknown")
        self._course.reply = Reply(text=text, usage=usage or Usage(), model=model, provider=provider)
        self._cost = picodollars(cost)


def _status(error: BaseException | None) -> str:
    """As for other calls, and what a client's error says of the status that it was answered with."""
    found = status_of(error)
    if found != "app":
        return found
    if isinstance(error, ConnectionError):
        return "unreachable"
    code = getattr(error, "status_code", None) or getattr(getattr(error, "response", None), "status_code", None)
    if not isinstance(code, int) or code < 400:
        return found
    return _KINDS.get(code, "refused" if code < 500 else "failing")

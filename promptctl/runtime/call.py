"""One call of a prompt's model, or of a chain's, step by step; each answer is an event, whatever becomes of it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import replace
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Self

from promptctl.adapters.providers.fault import ProviderError
from promptctl.core.events.event import Event
from promptctl.core.models.attempt import Attempt
from promptctl.core.models.request import Reply, Request
from promptctl.core.prompts.chain import StepCall, step_calls, step_paths
from promptctl.core.prompts.rendered import digest_or_none
from promptctl.errors import StateError, UsageError
from promptctl.runtime.caching.outcome import CacheOutcome
from promptctl.runtime.call_event import Caller, Course, event_of
from promptctl.runtime.given import as_given
from promptctl.runtime.loop import LoopThread
from promptctl.runtime.means import ATTEMPTS, Means
from promptctl.runtime.prompt import UNFIT, Prompt

CLOSED, FORKED = "PC186", "PC187"
Put = Callable[[str | None], None]
"""Takes the pieces of an answer as they come; None at the end."""


class Call:
    """One answer, asked for once: by ``complete`` or ``stream``, or by their twins in an event loop.

    ``id`` names the call in events and for feedback. ``reply`` is there when the answer is whole. Raises UsageError for
    inputs that do not fit, StateError for a missing key, OutsideError where no provider answers in time.
    """

    def __init__(
        self,
        means: Callable[[], Means],
        prompt: Prompt,
        caller: Caller,
        inputs: Mapping[str, Any],
        deadline: float | None,
    ) -> None:
        self.prompt = prompt
        self.reply: Reply | None = None
        self._means, self._renewed = means(), means
        self._caller, self._inputs, self._deadline = caller, as_given(inputs), deadline
        self._asked, self._fresh = False, True
        self._limit: asyncio.Timeout | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is left open: an answer that is not waited for any more was cancelled by whoever left."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """As ``__exit__``."""

    @property
    def id(self) -> str:
        """Names the call: a ULID."""
        return self._caller.id

    @property
    def trace(self) -> str:
        """What all steps of the call have in common."""
        return self._caller.trace

    @property
    def _loop(self) -> LoopThread:
        """Where it is answered: a process that was forked since has another loop."""
        if self._means.process != os.getpid():
            self._means = self._renewed()
        return self._means.loop

    def complete(self) -> Reply:
        """The whole answer."""
        return self._loop.wait(self._answer(None))

    async def acomplete(self) -> Reply:
        """The whole answer, for callers in an event loop."""
        return await asyncio.wrap_future(self._loop.submit(self._answer(None)))

    def stream(self) -> Iterator[str]:
        """The answer's text as it comes; of a chain the last step's. Leaving early cancels the call."""
        pieces: SimpleQueue[str | None] = SimpleQueue()
        future, process = self._loop.submit(self._answer(pieces.put)), os.getpid()
        try:
            while (piece := pieces.get()) is not None:
                yield piece
                _require_here(process)
            future.result()
        finally:
            if process == os.getpid():
                future.cancel()

    async def astream(self) -> AsyncIterator[str]:
        """The same for callers in an event loop."""
        loop, pieces = asyncio.get_running_loop(), asyncio.Queue[str | None]()

        def put(piece: str | None) -> None:
            # Who reads may be gone, and with them their loop.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(pieces.put_nowait, piece)

        future, process = self._loop.submit(self._answer(put)), os.getpid()
        try:
            while (piece := await pieces.get()) is not None:
                yield piece
                _require_here(process)
            await asyncio.wrap_future(future)
        finally:
            if process == os.getpid():
                future.cancel()

    async def _answer(self, put: Put | None) -> Reply:
        """Goes through the steps, in the loop of calls."""
        try:
            if self._asked:
                raise UsageError(UNFIT, "this call was answered already", hint="prompts.call(…) makes another one")
            self._asked = True
            try:
                async with asyncio.timeout(self._deadline) as self._limit:
                    self.reply = await self._steps(put)
            except TimeoutError:
                raise ProviderError("timeout", f"{self.prompt.name}: no answer within {self._deadline:g} s") from None
            if self._fresh and (shadow := self.prompt.shadow):
                self._means.shadows.cast(self._means, shadow, self._caller, self._inputs, self._deadline)
            return self.reply
        finally:
            if put:
                put(None)

    async def _steps(self, put: Put | None) -> Reply:
        released = self.prompt.released
        paths = step_paths(released.closure)
        steps = step_calls(released.closure, self._inputs, rendering_of=released.rendering_of)
        course = self._course(paths[0] if paths else None, paths)
        answer: str | None = None
        while True:
            try:
                step = next(steps) if answer is None else steps.send(answer)
            except StopIteration:
                assert self.reply
                return self.reply
            except UsageError as error:
                # What does not fit belongs to the call: the step that it was for is not asked.
                self._record(Course(id=self.id, inputs=self._inputs), [], error)
                raise
            course = self._course(step.path or None, paths)
            self.reply = await self._step(step, course, put if course.id == self.id else None)
            answer = self.reply.text

    def _course(self, path: str | None, paths: tuple[str, ...]) -> Course:
        """The last step answers for the call, and has its id."""
        return Course(id=self.id, step=path) if path is None or path == paths[-1] else Course(step=path)

    async def _step(self, step: StepCall, course: Course, put: Put | None) -> Reply:
        course.inputs = dict(step.inputs)
        attempts: list[Attempt] = []
        token, error, underway = ATTEMPTS.set(attempts), None, self._means.underway
        underway.begin(course.id, lambda: self._cut(course))
        try:
            request = self.prompt.released.rendering_of(step.closure).request(step.inputs)
            course.model = request.model
            course.rendered = digest_or_none(request.messages) if self._means.keeps_rendered else None
            scope = step.closure.prompt.name if step.path else self.prompt.digest
            course.reply, course.outcome = await self._asked_for(request, scope, course, put)
            self._fresh = self._fresh and course.fresh
            if course.id == self.id:
                self._means.online.offer(self._means, self.prompt, self._caller, course)
            return course.reply
        except BaseException as raised:
            error = raised
            raise
        finally:
            ATTEMPTS.reset(token)
            if underway.end(course.id):
                self._record(course, attempts, error)
            elif isinstance(error, asyncio.CancelledError):
                message = f"the call of {self.prompt.name} was cut short: prompts.close() came before its end"
                raise StateError(CLOSED, message, hint="close where no calls are under way") from None

    def _record(self, course: Course, attempts: list[Attempt], error: BaseException | None) -> None:
        if isinstance(error, asyncio.CancelledError) and self._limit and self._limit.expired():
            error = TimeoutError()
        self._means.record(self._event(course, attempts, error))

    def _cut(self, course: Course) -> None:
        """Records a call that is still under way: what it was asked until now, and costs, nobody can tell."""
        self._means.record(replace(self._event(course, (), asyncio.CancelledError()), cost=None, attempts=None))

    def _event(self, course: Course, attempts: Sequence[Attempt], error: BaseException | None) -> Event:
        return event_of(self.prompt, self._caller, course, attempts, error, content=self._means.keeps_content)

    async def _asked_for(
        self, request: Request, scope: str, course: Course, put: Put | None
    ) -> tuple[Reply, CacheOutcome | None]:
        means, caching = self._means, self._means.caching
        name = self.prompt.name
        if put is None:
            if caching is None:
                return await means.gateway.complete(request), None
            return await caching.answer(request, scope=scope, ask=lambda: means.gateway.complete(request), prompt=name)
        if caching and (found := await caching.find(request, scope=scope, prompt=name)):
            put(found[0].text)
            return found
        reply = await self._streamed(request, course, put)
        return reply, await caching.keep(request, reply, scope=scope, prompt=name) if caching else None

    async def _streamed(self, request: Request, course: Course, put: Put) -> Reply:
        async with aclosing(self._means.gateway.stream(request)) as deltas:
            async for delta in deltas:
                if delta.text:
                    course.piece()
                    put(delta.text)
                if delta.reply:
                    return delta.reply
        raise ProviderError("malformed", "the stream ended without an answer")


def _require_here(process: int) -> None:
    """Raises UsageError where a stream goes on in a child process: its answer comes to the parent."""
    if process != os.getpid():
        message = "this stream was begun before a fork, and its answer comes to the process that began it"
        raise UsageError(FORKED, message, hint="make the call in the process that reads it")

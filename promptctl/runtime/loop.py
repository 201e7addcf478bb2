"""One event loop for all calls of a process, in a thread of its own: callers may run a loop themselves, or none."""

from __future__ import annotations

import asyncio
import os
import threading
import weakref
from collections.abc import Coroutine, Mapping
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, Protocol, TypeVar

Value = TypeVar("Value")

_inherited: list[asyncio.AbstractEventLoop] = []
"""Loops of a parent process: closing one here would disturb the parent's."""


class Closing(Protocol):
    """What has something open in an event loop."""

    async def aclose(self) -> None:
        """Closes it."""


class LoopThread:
    """Begins with the first coroutine, and ends with ``stop`` or when nobody has it any more, each time once all that
    was begun there is done. Belongs to one process: a forked child needs another one."""

    def __init__(self) -> None:
        # What is collected while a thread is within may have something to close here.
        self._lock = threading.RLock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._end: weakref.finalize[Any, Any] | None = None
        self._open: dict[int, Closing] = {}

    def submit(self, coroutine: Coroutine[Any, Any, Value]) -> Future[Value]:
        """Starts a coroutine there. Cancelling the future cancels it."""
        with self._lock:
            return asyncio.run_coroutine_threadsafe(coroutine, self._running())

    def wait(self, coroutine: Coroutine[Any, Any, Value]) -> Value:
        """What a coroutine gives, or raises; whoever is interrupted meanwhile cancels it."""
        future = self.submit(coroutine)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise
        finally:
            # It has the error whose traceback has this frame.
            del future

    def stop(self, timeout: float = 5.0) -> None:
        """Waits so many seconds for the end of the thread, which closes what is open. The next coroutine begins another
        one."""
        with self._lock:
            thread, end = self._thread, self._end
            self._loop = self._thread = self._end = None
        if thread and end:
            end()
            thread.join(timeout)

    def closes(self, left: Closing, owner: object) -> None:
        """Has what is left open closed here once nobody has its owner any more, and with the loop if that ends first:
        a traceback that somebody keeps has owners too."""
        with self._lock:
            self._open[id(left)] = left
        weakref.finalize(owner, self._close, id(left), os.getpid()).atexit = False

    def _close(self, name: int, process: int) -> None:
        if process != os.getpid():
            # A parent's thread may have held the lock when this child was made.
            return
        with self._lock:
            left = self._open.pop(name)
            if self._loop:
                self.submit(left.aclose())

    def _running(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=_run, args=(loop, self._open), name="promptctl-calls", daemon=True)
            self._thread.start()
            self._loop, self._end = loop, weakref.finalize(self, _end, loop, os.getpid())
            self._end.atexit = False
        return self._loop


def _run(loop: asyncio.AbstractEventLoop, left_open: Mapping[int, Closing]) -> None:
    """In the thread. Calls that came before the end have deadlines of their own, and are waited for; what they used is
    closed after them."""
    loop.run_forever()
    loop.run_until_complete(_settled())
    for left in list(left_open.values()):
        with suppress(Exception):  # what cannot be closed keeps nobody from closing the others
            loop.run_until_complete(left.aclose())
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


async def _settled() -> None:
    while others := asyncio.all_tasks() - {asyncio.current_task()}:
        await asyncio.wait(others)


def _end(loop: asyncio.AbstractEventLoop, process: int) -> None:
    if process != os.getpid():
        _inherited.append(loop)
        return
    with suppress(RuntimeError):  # where it was closed already
        loop.call_soon_threadsafe(loop.stop)

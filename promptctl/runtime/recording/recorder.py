"""What applications hand events to: a bounded queue, and a thread that begins with the first event of a process."""

from __future__ import annotations

import atexit
import os
import sys
import threading
import time
import weakref
from queue import SimpleQueue
from typing import Any

from promptctl.core.events.event import Event, Score
from promptctl.runtime.recording.batches import Item, Mark, Means, Writer
from promptctl.runtime.recording.tally import Counts, Tally

MOST_WAITING = 20_000
"""Events that wait for a store that does not take them; about 1 kB each, without inputs and outputs."""

_EXIT_SECONDS = 2.0
_recorders: weakref.WeakSet[Recorder] = weakref.WeakSet()
_orphans: weakref.WeakSet[Mark] = weakref.WeakSet()
"""The last marks of recorders that nobody has any more: what waits before them is still written."""
_ending = threading.Event()
_inherited: list[Any] = []
"""What a parent process had open: letting go of it here could disturb the parent."""


class Recorder:
    """Takes events and scores from any thread, and from signal handlers, without waiting and without raising.

    ``limit`` is how many may wait; what comes then is counted and dropped. ``content``: inputs and
    outputs are kept, ``rendered``: the digest of what was sent.
    After a fork the child begins anew with an empty queue and counts of its own. When the process ends it has two
    seconds to write what waits.
    """

    def __init__(
        self, means: Means, *, limit: int = MOST_WAITING, content: bool = False, rendered: bool = True
    ) -> None:
        self.content, self.rendered = content, rendered
        self._means, self._limit = means, limit
        self._begin()
        _recorders.add(self)

    def record(self, event: Event) -> None:
        """Keeps an event, or counts that it could not."""
        self._put(event)

    def score(self, score: Score) -> None:
        """Keeps a score, or counts that it could not."""
        self._put(score)

    def flush(self, timeout: float = 5.0) -> bool:
        """Whether the store has, within so many seconds, all that was recorded before, or counts it as dropped."""
        return self._mark(Mark(), timeout)

    def close(self, timeout: float = 5.0) -> bool:
        """As ``flush``; then the thread ends, and begins again with the next event."""
        thread, done = self._thread, self._mark(Mark(last=True), timeout)
        if done and thread is not None:
            thread.join(timeout)
        return done

    def counts(self) -> Counts:
        """What became of events and scores in this process."""
        written, lost = self._writer.written, self._writer.lost
        dropped = self._overflow.total() + lost
        return Counts(recorded=self._recorded.total(), written=written, dropped=dropped)

    @property
    def failure(self) -> Exception | None:
        """Why the store takes nothing at the moment."""
        return self._writer.failure

    def _begin(self) -> None:
        self._queue: SimpleQueue[Item] = SimpleQueue()
        self._recorded, self._overflow = Tally(), Tally()
        self._writer = Writer(self._queue, self._overflow, self._means)
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        weakref.finalize(self, _forsaken, self._queue, os.getpid()).atexit = False

    def _put(self, item: Event | Score) -> None:
        self._recorded.add()
        if self._queue.qsize() >= self._limit:
            self._overflow.add()
            return
        self._queue.put(item)
        if self._thread is None:
            self._start()
        if _ending.is_set() and self.failure is None:
            # Nobody waits for what comes now: an application's own last words, after ours.
            self.flush(_EXIT_SECONDS)

    def _start(self) -> None:
        if not self._starting.acquire(blocking=False):
            return
        try:
            if self._thread is None:
                self._thread = threading.Thread(
                    target=_write, args=(weakref.ref(self), self._writer), name="promptctl-events", daemon=True
                )
                self._thread.start()
                _flush_children_of_multiprocessing()
        except RuntimeError:
            # At its end an interpreter starts no threads: what comes then keeps waiting.
            self._thread = None
        finally:
            self._starting.release()

    def ended(self) -> None:
        """Its thread did; what came meanwhile begins another one."""
        self._thread = None
        if self._queue.qsize():
            self._start()

    def _mark(self, mark: Mark, timeout: float) -> bool:
        if self._thread is None and not self._queue.qsize():
            return True
        self._queue.put(mark)
        if self._thread is None:
            self._start()
        self._writer.hurry.set()
        return mark.reached.wait(max(0.0, timeout))

    def _forked(self) -> None:
        _inherited.append(self._writer.store)
        self._begin()


def _write(recorder: weakref.ref[Recorder], writer: Writer) -> None:
    """In the thread, which a recorder that nobody has any more ends with."""
    try:
        writer.run()
    finally:
        if found := recorder():
            found.ended()


def _forsaken(queue: SimpleQueue[Item], process: int) -> None:
    if process != os.getpid():
        # Its thread is the parent's: nobody here would ever reach the mark.
        return
    mark = Mark(last=True)
    _orphans.add(mark)
    queue.put(mark)


def _flush_all() -> None:
    """When a process ends: what waits is written, or said to be lost."""
    _ending.set()
    until = time.monotonic() + _EXIT_SECONDS
    for recorder in list(_recorders):
        if not recorder.flush(until - time.monotonic()):
            import logging

            lost, failure = recorder.counts().waiting, recorder.failure
            logging.getLogger("promptctl").warning("%d events were not written at exit: %s", lost, failure)
    for mark in list(_orphans):
        mark.reached.wait(max(0.0, until - time.monotonic()))


def _flush_children_of_multiprocessing() -> None:
    """Its processes end without what ``atexit`` knows, and know only what was registered in themselves."""
    module = sys.modules.get("multiprocessing.util")
    process = sys.modules.get("multiprocessing.process")
    if module is not None and process is not None and process.parent_process() is not None:
        module.Finalize(None, _flush_all, exitpriority=10)


def _after_fork() -> None:
    global _ending
    _ending = threading.Event()
    _orphans.clear()
    for recorder in list(_recorders):
        recorder._forked()


atexit.register(_flush_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)

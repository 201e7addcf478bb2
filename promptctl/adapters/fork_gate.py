"""Work of a thread that no fork may cut in two.

A child has only the thread that forked. Had another one been within SQLite, the library's own locks would stay locked
in the child for ever: so a fork waits for such work, a second at most.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_PATIENCE = 1.0


class _Gate:
    """How many threads are within such work, and whether the process is about to fork: then no other begins."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        self.calm = threading.Condition()
        self.inside, self.forking = 0, False

    def enter(self) -> None:
        with self.calm:
            self.calm.wait_for(lambda: not self.forking)
            self.inside += 1

    def leave(self) -> None:
        with self.calm:
            self.inside -= 1
            self.calm.notify_all()

    def before(self) -> None:
        """Returns with the condition held: nobody changes it while the process is copied."""
        self.calm.acquire()
        self.forking = True
        self.calm.wait_for(lambda: not self.inside, timeout=_PATIENCE)

    def after_in_parent(self) -> None:
        self.forking = False
        self.calm.notify_all()
        self.calm.release()


_gate = _Gate()


@contextmanager
def no_fork() -> Iterator[None]:
    """Within it, a fork by another thread waits."""
    _gate.enter()
    try:
        yield
    finally:
        _gate.leave()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_gate.before, after_in_parent=_gate.after_in_parent, after_in_child=_gate.begin)

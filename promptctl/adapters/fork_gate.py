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
    """Held by work, and by the process while it forks."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.held = False

    def before(self) -> None:
        self.held = self.lock.acquire(timeout=_PATIENCE)

    def after_in_parent(self) -> None:
        if self.held:
            self.lock.release()

    def after_in_child(self) -> None:
        self.lock = threading.Lock()


_gate = _Gate()


@contextmanager
def no_fork() -> Iterator[None]:
    """Within it, a fork by another thread waits."""
    with _gate.lock:
        yield


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_gate.before, after_in_parent=_gate.after_in_parent, after_in_child=_gate.after_in_child)

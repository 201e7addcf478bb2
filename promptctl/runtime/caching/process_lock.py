"""A lock that a child process has anew: the parent's may have been held by a thread that the child does not have."""

from __future__ import annotations

import os
import threading
import weakref

_locks: weakref.WeakSet[ProcessLock] = weakref.WeakSet()


class ProcessLock:
    """A lock of threads that survives a fork."""

    def __init__(self) -> None:
        self.renew()
        _locks.add(self)

    def renew(self) -> None:
        """Forgets who held it."""
        self._lock = threading.Lock()

    def here(self) -> threading.Lock:
        """The lock of this process."""
        return self._lock


def _forked() -> None:
    for lock in list(_locks):
        lock.renew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)

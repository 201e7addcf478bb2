"""Calls that have begun and left no event yet: what ends before they do has them recorded as cancelled."""

from __future__ import annotations

import atexit
import os
import sys
import weakref
from collections.abc import Callable

_everywhere: weakref.WeakSet[Underway] = weakref.WeakSet()


class Underway:
    """The calls of one process that are under way; threads may share it. Whoever takes a call out records it, so that
    there is one event of each."""

    def __init__(self) -> None:
        self._calls: dict[str, Callable[[], None]] = {}
        _everywhere.add(self)
        _cut_children_of_multiprocessing()

    def begin(self, call: str, cut: Callable[[], None]) -> None:
        """A call begins; ``cut`` records that it came to no end."""
        self._calls[call] = cut

    def end(self, call: str) -> bool:
        """Whether the call was under way still: then its event is the caller's to record."""
        return self._calls.pop(call, None) is not None

    def cut(self) -> None:
        """Records all that is under way as cancelled."""
        for call in list(self._calls):
            if cut := self._calls.pop(call, None):
                cut()


def _cut_all() -> None:
    for underway in list(_everywhere):
        underway.cut()


def _cut_children_of_multiprocessing() -> None:
    """Its processes end without what ``atexit`` knows; this comes before events are written for the last time."""
    module, process = sys.modules.get("multiprocessing.util"), sys.modules.get("multiprocessing.process")
    if module is not None and process is not None and process.parent_process() is not None:
        module.Finalize(None, _cut_all, exitpriority=20)


atexit.register(_cut_all)
if hasattr(os, "register_at_fork"):
    # A parent's calls are not its children's to record.
    os.register_at_fork(after_in_child=_everywhere.clear)

"""Splits work on many items between processes, one for each processor; what a process fails at is done here."""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from promptctl.adapters import bounded

Item = TypeVar("Item")
Result = TypeVar("Result")

LEAST = 500
"""Items below which a second process would take longer to start than it saves."""
_MOST_PROCESSES = 8


def in_shares(items: Sequence[Item], work: Callable[[Sequence[Item]], Result]) -> list[Result]:
    """What ``work`` gives for shares of the items that together are all of them. Results are plain data.

    ``work`` says ``alive()`` for each item: a process that is silent for too long ends, and its share is done here.
    """
    count = min(_processors(), _MOST_PROCESSES)
    if len(items) < LEAST or count < 2 or not hasattr(os, "fork"):
        return [work(items)]
    shares = [items[number::count] for number in range(count)]
    children = [_begun(work, share) for share in shares[1:]]
    found = [work(shares[0])]
    for (child, reading), share in zip(children, shares[1:], strict=True):
        with os.fdopen(reading, "rb") as file:
            data = file.read()
        ended = os.waitpid(child, 0)[1]
        found.append(pickle.loads(data) if data and ended == 0 else work(share))  # noqa: S301 - our own child's
    return found


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _begun(work: Callable[[Any], Any], share: Any) -> tuple[int, int]:
    """The process that does a share, and where its result can be read."""
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    code = 1
    try:
        os.close(reading)
        # Ended by the system, whatever it does: nobody else would stop it when those who wait for it are gone.
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        bounded.expire()
        data = pickle.dumps(work(share))
        with os.fdopen(writing, "wb") as file:
            file.write(data)
        code = 0
    finally:
        os._exit(code)

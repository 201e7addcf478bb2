"""What a process holds at one moment, as its system and its interpreter say."""

from __future__ import annotations

import ctypes
import gc
import sys
import threading
import weakref
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Memory in KiB: ``private`` is what no other process shares, ``allocated`` what C libraries hold.

    ``blocks`` are what Python holds, each number and text one, ``objects`` those that the collector knows, without
    samples and weak references to nothing: each connection to SQLite keeps up to two hundred of those. ``log`` is that
    of SQLite in bytes. ``calls`` is how many acts were done until then.
    """

    seconds: float
    calls: int
    resident: int
    proportional: int
    private: int
    allocated: int
    blocks: int
    objects: int
    threads: int
    files: int
    children: int
    tasks: int
    log: int

    def __str__(self) -> str:
        return (
            f"{self.seconds:6.0f} s {self.calls:8,} acts  {self.resident:,} KiB, in C {self.allocated:,}"
            f"  {self.blocks:,} blocks  {self.objects:,} objects  {self.threads} threads  {self.files} files"
            f"  {self.children} children  {self.tasks} tasks  log {self.log // 1024:,} KiB"
        )

    def data(self) -> dict[str, Any]:
        return asdict(self)


def sample(seconds: float, calls: int, tasks: int, databases: Iterable[Path]) -> Sample:
    """This process now."""
    gc.collect()
    memory = _memory()
    return Sample(
        seconds=seconds,
        calls=calls,
        resident=memory["Rss"],
        proportional=memory["Pss"],
        private=memory["Private_Clean"] + memory["Private_Dirty"],
        allocated=_allocated() // 1024,
        blocks=sys.getallocatedblocks(),
        objects=sum(map(_counts, gc.get_objects())),
        threads=threading.active_count(),
        files=open_files(),
        children=children(),
        tasks=tasks,
        log=sum(log.stat().st_size for path in databases if (log := Path(f"{path}-wal")).exists()),
    )


def settle_names() -> None:
    """Uses up the places of the interpreter's table of interned names. Names that are gone leave theirs, and once all
    are used the table is made anew, for three times as many as live: that comes at any time, and is no growth."""
    for number in range(1 << 17):
        sys.intern(f"name {number}")


def _counts(found: object) -> bool:
    return type(found) is not Sample and not (type(found) is weakref.ref and found() is None)


def open_files() -> int:
    """How many files and sockets are open, without the one that looks."""
    return len(list(Path("/proc/self/fd").iterdir())) - 1


def children() -> int:
    """How many child processes there are, ended ones that nobody waited for included."""
    return sum(len(file.read_text().split()) for file in Path("/proc/self/task").glob("*/children"))


class _Heap(ctypes.Structure):
    """As ``mallinfo2`` of the GNU C library has it."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()
    ]


def _allocated() -> int:
    """Bytes that were asked of the C library and not given back; 0 where it cannot say."""
    try:
        said = ctypes.CDLL(None).mallinfo2
    except (OSError, AttributeError):
        return 0
    said.restype = _Heap
    heap = said()
    return int(heap.uordblks + heap.hblkhd)


def _memory() -> dict[str, int]:
    lines = (line.split() for line in Path("/proc/self/smaps_rollup").read_text().splitlines()[1:])
    return {words[0].rstrip(":"): int(words[1]) for words in lines}

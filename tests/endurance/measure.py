"""What a process holds at one moment, as its system and its interpreter say."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Memory in KiB (``private`` is what no other process shares), the log of SQLite in bytes, ``objects`` that the
    collector knows, and how many calls were made until then."""

    seconds: float
    calls: int
    resident: int
    proportional: int
    private: int
    objects: int
    threads: int
    files: int
    children: int
    tasks: int
    log: int

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
        objects=len(gc.get_objects()),
        threads=threading.active_count(),
        files=open_files(),
        children=children(),
        tasks=tasks,
        log=sum(log.stat().st_size for path in databases if (log := Path(f"{path}-wal")).exists()),
    )


def open_files() -> int:
    """How many files and sockets are open, without the one that looks."""
    return len(list(Path("/proc/self/fd").iterdir())) - 1


def children() -> int:
    """How many child processes there are, ended ones that nobody waited for included."""
    return sum(len(file.read_text().split()) for file in Path("/proc/self/task").glob("*/children"))


def _memory() -> dict[str, int]:
    lines = (line.split() for line in Path("/proc/self/smaps_rollup").read_text().splitlines()[1:])
    return {words[0].rstrip(":"): int(words[1]) for words in lines}

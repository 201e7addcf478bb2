"""Runs a command from a small process and writes what it took to a file descriptor: ``launcher.py NUMBER COMMAND…``.

The most memory that a process held counts from the fork on, also what it held of its parent before it became another
program: a parent that has measured many rows would be measured too.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Run:
    """One process: its exit code, seconds on the wall clock and of processors, and the most memory it held, in MiB."""

    code: int
    wall: float
    processor: float
    memory: float


def launched(line: Sequence[str], folder: Path, environment: Mapping[str, str], output: int) -> Run:
    """Runs a command without input, its output to an open file."""
    found, told = os.pipe()
    with os.fdopen(found) as answer:
        try:
            launcher = [sys.executable, "-IS", __file__, str(told), *line]
            quiet = {"stdin": subprocess.DEVNULL, "stdout": output, "stderr": subprocess.DEVNULL}
            subprocess.run(launcher, cwd=folder, env=environment, pass_fds=[told], check=True, **quiet)  # type: ignore[call-overload]
        finally:
            os.close(told)
        return Run(**json.load(answer))


def _main(told: int, line: list[str]) -> None:
    started = time.perf_counter()
    number = os.posix_spawnp(line[0], line, os.environ, file_actions=[(os.POSIX_SPAWN_CLOSE, told)])
    _, status, used = os.wait4(number, 0)
    wall = time.perf_counter() - started
    run = {"code": os.waitstatus_to_exitcode(status), "wall": wall}
    run |= {"processor": used.ru_utime + used.ru_stime, "memory": used.ru_maxrss / 1024}
    os.write(told, json.dumps(run).encode())


if __name__ == "__main__":
    _main(int(sys.argv[1]), sys.argv[2:])

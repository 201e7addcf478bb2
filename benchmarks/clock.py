"""Times processes and calls against each other: one round runs every contestant once, medians are over rounds."""

from __future__ import annotations

import gc
import os
import select
import signal
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.fast_import import ENVIRONMENT

_EXTRA = {"NO_COLOR": "1", "PYTHONHASHSEED": "0"}


@dataclass(frozen=True, kw_only=True)
class Process:
    """One command line to time; ``before`` prepares each round unseen by the clock.

    ``codes`` are the exit codes it may end with: a command that fails fast must not look fast.
    """

    line: Sequence[str]
    folder: Path
    codes: tuple[int, ...] = (0,)
    before: Callable[[], object] | None = None


@dataclass(frozen=True, kw_only=True)
class Timing:
    """Milliseconds: medians of the wall clock and of processor time, the fastest round, how many rounds."""

    wall: float
    processor: float
    fastest: float
    rounds: int


@dataclass(kw_only=True)
class _Samples:
    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    def timing(self) -> Timing:
        return Timing(
            wall=statistics.median(self.wall),
            processor=statistics.median(self.processor),
            fastest=min(self.wall),
            rounds=len(self.wall),
        )


def race(contestants: Mapping[str, Process], rounds: int) -> dict[str, Timing]:
    """Times processes in turns, after one round that only warms what the system caches."""
    samples = {name: _Samples() for name in contestants}
    for number in range(rounds + 1):
        for name, process in contestants.items():
            if process.before:
                process.before()
            wall, processor = run_once(process)
            if number:
                samples[name].wall.append(wall)
                samples[name].processor.append(processor)
    return {name: found.timing() for name, found in samples.items()}


def run_once(process: Process, longest: float | None = None) -> tuple[float, float]:
    """Milliseconds on the wall clock and on processors, those of the process's own children included.

    One that takes longer than ``longest`` seconds is ended, and took that long. Raises RuntimeError for an exit code
    that was not expected.
    """
    start = time.perf_counter()
    child = subprocess.Popen(
        process.line,
        cwd=process.folder,
        env=ENVIRONMENT | _EXTRA,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    ended = longest is not None and _is_ended(child, longest)
    _, status, used = os.wait4(child.pid, 0)
    wall = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in process.codes and not ended:
        raise RuntimeError(f"{' '.join(process.line)} ended with {child.returncode} in {process.folder}")
    return wall * 1000, (used.ru_utime + used.ru_stime) * 1000


def _is_ended(child: subprocess.Popen[bytes], longest: float) -> bool:
    """Ends a process that still runs after ``longest`` seconds, and says whether it did."""
    handle = os.pidfd_open(child.pid)
    try:
        if select.select([handle], [], [], longest)[0]:
            return False
    finally:
        os.close(handle)
    os.kill(child.pid, signal.SIGKILL)
    return True


def race_calls(contestants: Mapping[str, Callable[[], object]], rounds: int, repeat: int) -> dict[str, Timing]:
    """Times calls in this process in turns: ``repeat`` calls a round, milliseconds a call."""
    samples = {name: _Samples() for name in contestants}
    for number in range(rounds + 1):
        for name, call in contestants.items():
            gc.collect()
            gc.disable()
            started, used = time.perf_counter(), time.process_time()
            for _ in range(repeat):
                call()
            wall, processor = time.perf_counter() - started, time.process_time() - used
            gc.enable()
            if number:
                samples[name].wall.append(wall * 1000 / repeat)
                samples[name].processor.append(processor * 1000 / repeat)
    return {name: found.timing() for name, found in samples.items()}

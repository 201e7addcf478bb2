"""Takes one piece of material through the program in a process of its own, so that a crash or hang has a name."""

from __future__ import annotations

import json
import os
import resource
import select
import shutil
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.hostile.commands import all_faults
from tests.hostile.seed import Seed

PATIENCE = 60.0
"""Seconds on the clock after which a command is stopped; on a busy machine they say little of what it takes."""

MOST_MEMORY = 512
_ADDRESS_SPACE = 3 << 30
State = dict[str, tuple[int, int, int, int]]


@dataclass(kw_only=True)
class Report:
    """What happened to one piece of material: seconds of its slowest command, MiB, and everything that went wrong."""

    name: str
    seconds: float = 0.0
    slowest: str = ""
    memory: int = 0
    commands: int = 0
    faults: list[str] = field(default_factory=list)


def examine(seed: Seed, base: Mapping[str, bytes], lines: Sequence[tuple[str, ...]], folder: Path) -> Report:
    """Lays the material down in ``folder`` (made, and removed again) and runs the command lines on it."""
    folder.mkdir(parents=True)
    try:
        (folder / ".git").mkdir()
        seed.lay(folder, base)
        before = state(folder)
        report = _watched(seed, (*lines, *seed.commands), folder)
        changed = {path for path, _ in before.items() ^ state(folder).items()}
        if changed:
            report.faults.append(f"changed on disk: {sorted(changed)[:5]}")
        return report
    finally:
        _remove(folder)


def state(folder: Path) -> State:
    """Mode, size, time of change and links of everything below a folder; nothing is opened."""
    found: State = {}
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            status = Path(place, name).lstat()
            found[f"{place}/{name}"] = (status.st_mode, status.st_size, status.st_mtime_ns, status.st_nlink)
    return found


def _resident() -> int:
    """The MiB that this process holds: a child begins with them, and they say nothing of what it does."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() >> 20


def _watched(seed: Seed, lines: Sequence[tuple[str, ...]], folder: Path) -> Report:
    report = Report(name=seed.name)
    reading, writing = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    begun = _resident()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _child(writing, seed, lines, folder)
    os.close(writing)
    answers = _answers(reading, child, report)
    os.close(reading)
    _, status, used = os.wait4(child, 0)
    report.memory = max((used.ru_maxrss >> 10) - begun, 0)
    for name, seconds, wrong in answers:
        report.commands += 1
        report.faults += [f"{name}: {what}" for what in wrong]
        if seconds > report.seconds:
            report.seconds, report.slowest = seconds, name
    if report.commands < len(lines):
        how = f"signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else f"exit {os.WEXITSTATUS(status)}"
        report.faults.append(f"{how} in {' '.join(lines[report.commands])[:80]}")
    if report.memory > MOST_MEMORY:
        report.faults.append(f"{report.memory} MiB")
    return report


def _answers(reading: int, child: int, report: Report) -> list[tuple[str, float, list[str]]]:
    """What the child says command by command, until it ends or says nothing for too long."""
    text = b""
    while select.select([reading], [], [], PATIENCE)[0]:
        part = os.read(reading, 1 << 16)
        if not part:
            break
        text += part
    else:
        os.killpg(child, signal.SIGKILL)
        report.faults.append(f"no answer within {PATIENCE:.0f} s")
        report.seconds = PATIENCE
    return [json.loads(line) for line in text.split(b"\n")[:-1]]


def _child(writing: int, seed: Seed, lines: Sequence[tuple[str, ...]], folder: Path) -> None:
    try:
        os.setsid()
        # Libraries that other tests loaded have their addresses already.
        held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (held + _ADDRESS_SPACE,) * 2)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.chdir(folder)
        for answer in all_faults(lines, folder, accepted=seed.accepted):
            os.write(writing, json.dumps(answer).encode() + b"\n")
    finally:
        os._exit(0)


def _remove(folder: Path) -> None:
    deadline = time.monotonic() + 10
    while folder.exists() and time.monotonic() < deadline:
        for path in folder.rglob("*"):
            if path.is_dir() and not path.is_symlink():
                path.chmod(0o700)
        shutil.rmtree(os.fsencode(folder), ignore_errors=True)

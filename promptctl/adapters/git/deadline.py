"""Runs a program that waits for somebody else, and ends it with all that it started when that takes too long."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Timer

from promptctl.errors import UsageError

WAIT = "PROMPTCTL_REMOTE_SECONDS"
"""The environment variable that says how long a remote may take for one answer."""
_SECONDS = 120.0
_GRACE = 2.0
"""Seconds in which a program that is told to end may tidy up."""


def patience() -> float:
    """Seconds that a remote may take for one answer. Raises UsageError when the environment says no such number."""
    spelled = os.environ.get(WAIT)
    try:
        seconds = float(spelled) if spelled else _SECONDS
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise UsageError("PC001", f"{WAIT} is no number of seconds: {spelled!r}", hint=f"{WAIT}=120")
    return seconds


def run_within(
    seconds: float | None, line: Sequence[str], environment: Mapping[str, str], stdin: bytes | None = None
) -> subprocess.CompletedProcess[bytes]:
    """How the program ended. Raises subprocess.TimeoutExpired when it had to be ended; None: it never has to be.

    It stays on this process's terminal, so that ssh may ask for a pass phrase.
    """
    pipe = subprocess.PIPE
    given = subprocess.DEVNULL if stdin is None else pipe
    with subprocess.Popen(line, stdin=given, stdout=pipe, stderr=pipe, env=environment) as process:
        try:
            out, err = process.communicate(stdin, timeout=seconds)
        except BaseException:
            end(process)
            raise
    return subprocess.CompletedProcess(line, process.returncode, out, err)


@contextmanager
def watched(process: subprocess.Popen[bytes], seconds: float | None) -> Iterator[None]:
    """Around what is asked of a program that goes on running. Raises subprocess.TimeoutExpired when it had to be ended;
    None: it never has to be."""
    if seconds is None:
        yield
        return
    late = Event()

    def strike() -> None:
        late.set()
        end(process)

    timer = Timer(seconds, strike)
    timer.start()
    try:
        yield
    except Exception:
        if late.is_set():
            raise subprocess.TimeoutExpired(process.args, seconds) from None
        raise
    finally:
        timer.cancel()
        timer.join()


def end(process: subprocess.Popen[bytes]) -> None:
    """Tells a process and what it started to end, then sees to it."""
    below = _descendants(process.pid)
    process.terminate()
    _signal(below, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(_GRACE)
    process.kill()
    _signal(below, getattr(signal, "SIGKILL", signal.SIGTERM))


def _signal(processes: Sequence[int], number: int) -> None:
    for process in processes:
        with suppress(OSError):
            os.kill(process, number)


def _descendants(process: int) -> Sequence[int]:
    """What a process started, and what they started; nothing where the system does not tell."""
    parents = _parents()
    found = [process]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found[1:]


def _parents() -> Mapping[int, int]:
    """The parent of every process of this machine: from Linux's own listing, elsewhere from ``ps``."""
    with suppress(OSError, ValueError):
        if listed := list(Path("/proc").glob("[0-9]*/stat")):
            return dict(pair for stat in listed if (pair := _pair(stat)))
        done = subprocess.run(["/bin/ps", "-A", "-o", "pid=,ppid="], capture_output=True, check=False)
        return {int(child): int(parent) for child, parent in (row.split() for row in done.stdout.splitlines())}
    return {}


def _pair(stat: Path) -> tuple[int, int] | None:
    """Process and parent; the name between them, in parentheses, may hold anything. None for one that has ended."""
    try:
        return int(stat.parent.name), int(stat.read_text(errors="replace").rpartition(")")[2].split()[1])
    except (OSError, IndexError):
        return None

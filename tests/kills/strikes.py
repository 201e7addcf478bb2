"""Strikes a command with ``strace``: at one system call of one of its processes, a signal or an error.

A call of git is found by its number, as the command makes them; call 0 is the command itself with all it starts. A
recording of a run that nobody strikes gives every point at which something on disk is about to change.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CALLS = (
    "openat,write,pwrite64,rename,renameat,renameat2,unlink,unlinkat,link,linkat,mkdir,mkdirat,rmdir,"
    "ftruncate,fsync,fdatasync,chmod,fchmod,symlink,execve"
)
_FAST = "--seccomp-bpf"
"""Stops processes at the traced calls only. Signals are not injected then (strace 6.1)."""
_WRAPPER = """\
#!/bin/sh
[ -n "$PROMPTCTL_TEST_NESTED" ] && exec {git} "$@"
export PROMPTCTL_TEST_NESTED=1
count=$(($(cat {folder}/count 2>/dev/null || echo 0) + 1))
echo $count > {folder}/count
[ {at} != all ] && [ {at} != $count ] && exec {git} "$@"
strace -f -qq -y -o {folder}/log.$count {what} {git} "$@"
code=$?
[ $code = 137 ] && {group} && kill -9 0
exit $code
"""


class NoTracing(Exception):
    """``strace`` is not there, or this machine does not let it work."""


def require_strace() -> None:
    """Raises NoTracing with what to do about it."""
    if shutil.which("strace") is None:
        raise NoTracing("strace is not on the PATH: apt-get install strace (Linux only)")
    tried = subprocess.run(
        ["strace", "-f", "-qq", "--seccomp-bpf", "-o", os.devnull, "true"], capture_output=True, check=False
    )
    if tried.returncode:
        raise NoTracing(f"strace cannot trace here: {tried.stderr.decode().strip()}")


@dataclass(frozen=True, slots=True, order=True)
class Point:
    """The ``when``-th system call ``name`` of git's call number ``git``; 0 is the command and all it starts."""

    git: int
    name: str
    when: int

    def __str__(self) -> str:
        return f"{'promptctl' if self.git == 0 else f'git call {self.git}'}: {self.name} {self.when}"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a struck command ended; ``code`` is negative or 137 after a signal."""

    code: int
    out: str
    err: str

    @property
    def died(self) -> bool:
        return self.code < 0 or self.code >= 128 or "ended by signal 9" in self.err


def points(command: tuple[str, ...], cwd: Path, folder: Path) -> list[Point]:
    """Every point of git's calls at which something below ``cwd``'s parent is about to change. Runs the command."""
    _run(command, cwd, folder, at="all", what=f"{_FAST} -e trace={CALLS}")
    found: set[Point] = set()
    for log in sorted(folder.glob("log.*")):
        found.update(_mutating(log.read_text(errors="replace"), int(log.suffix[1:]), str(cwd.parent)))
        log.unlink()
    return sorted(found)


def own_points(command: tuple[str, ...], cwd: Path, folder: Path) -> list[Point]:
    """The same for the command's own processes, seen from outside."""
    _run(command, cwd, folder, at="0", what=f"{_FAST} -e trace={CALLS}")
    log = folder / "log.0"
    found = set(_mutating(log.read_text(errors="replace"), 0, str(cwd.parent)))
    log.unlink()
    # Git counts its writes from 1 too, and the interpreter what it opens: they would be struck instead.
    return sorted(point for point in found if point.name not in ("write", "openat"))


def kill_at(point: Point, command: tuple[str, ...], cwd: Path, folder: Path, *, group: bool) -> Ended:
    """Runs the command and kills the process that reaches ``point``; with ``group`` all the others at once."""
    what = f"-e trace={point.name} -e inject={point.name}:signal=SIGKILL:when={point.when}"
    return _run(command, cwd, folder, at=str(point.git), what=what, group=group)


def fail_at(point: Point, command: tuple[str, ...], cwd: Path, folder: Path, *, error: str, stays: bool) -> Ended:
    """Runs the command with an error (ENOSPC, EIO, …) at ``point``; with ``stays`` also ever after in that process."""
    what = f"{_FAST} -e trace={point.name} -e inject={point.name}:error={error}:when={point.when}{'+' if stays else ''}"
    return _run(command, cwd, folder, at=str(point.git), what=what)


def kill_after(seconds: float, command: tuple[str, ...], cwd: Path) -> Ended:
    """Runs the command and kills it with everything it started after some time."""
    process = _started([sys.executable, *command], cwd, dict(os.environ))
    time.sleep(seconds)
    _kill(process.pid)
    return _ended(process)


def kill_server_after(seconds: float, command: tuple[str, ...], cwd: Path, folder: Path) -> Ended:
    """Runs the command while the remote's side of a push lives for some time only."""
    folder.mkdir(parents=True, exist_ok=True)
    script = folder / "receive-pack"
    script.write_text(f'#!/bin/sh\nexec timeout --foreground -s KILL {seconds:.4f} git-receive-pack "$@"\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    setting = ["git", "-C", str(cwd), "config", "remote.origin.receivepack", str(script)]
    subprocess.run(setting, check=True)
    try:
        return _ended(_started([sys.executable, *command], cwd, dict(os.environ)))
    finally:
        subprocess.run([*setting[:4], "--unset", "remote.origin.receivepack"], check=True)
        _rest()


def _rest() -> None:
    """Lets what a killed server had started come to its end."""
    time.sleep(0.05)


def left_alone(command: tuple[str, ...], cwd: Path) -> Ended:
    """Runs the command; nobody strikes it."""
    return _ended(_started([sys.executable, *command], cwd, dict(os.environ)))


def duration(command: tuple[str, ...], cwd: Path) -> float:
    """How long the command takes when nobody strikes it."""
    started = time.monotonic()
    left_alone(command, cwd)
    return time.monotonic() - started


def moments(count: int, longest: float, seed: int, *, shortest: float) -> list[float]:
    """Random moments of a run."""
    drawn = random.Random(seed)
    return [drawn.uniform(shortest, longest) for _ in range(count)]


def _run(command: tuple[str, ...], cwd: Path, folder: Path, *, at: str, what: str, group: bool = False) -> Ended:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "count").unlink(missing_ok=True)
    wrapper = folder / "git"
    git = shutil.which("git", path=os.environ["PATH"])
    wrapper.write_text(_WRAPPER.format(git=git, folder=folder, at=at, what=what, group=str(group).lower()))
    wrapper.chmod(wrapper.stat().st_mode | stat.S_IXUSR)
    line = [sys.executable, *command]
    environment = os.environ | {"PATH": f"{folder}:{os.environ['PATH']}"}
    if at == "0":
        tracing = ["strace", "-f", "-qq", "-y", "-o", str(folder / "log.0"), *what.split()]
        line, environment = [*tracing, *line], dict(os.environ)
    return _ended(_started(line, cwd, environment))


def _started(line: list[str], cwd: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        line,
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def _ended(process: subprocess.Popen[bytes]) -> Ended:
    """Waits for the command and for everything that it started."""
    out, err = process.communicate()
    deadline = time.monotonic() + 10
    while _kill(process.pid, 0) and _lives(process.pid) and time.monotonic() < deadline:
        time.sleep(0.002)
    return Ended(process.returncode, out.decode(errors="replace"), err.decode(errors="replace"))


def _kill(group: int, number: int = signal.SIGKILL) -> bool:
    """Whether there was still somebody in the process group."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _lives(group: int) -> bool:
    """Whether somebody in a process group does more than wait to be buried, which whoever adopted it may put off."""
    if not Path("/proc/self/stat").exists():
        return True
    found: list[bool] = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _, its_group = path.read_text().rpartition(")")[2].split()[:3]
            # Of a process whose first thread is dead the others may still be dying, with its files and locks.
            found += [state != "Z" or len(list(path.parent.glob("task/*"))) > 1] if its_group == str(group) else []
    return any(found)


_CALL = re.compile(r"^(\d+) +(\w+)\((.*)$", re.MULTILINE)
_OPENED = re.compile(r"O_(CREAT|TRUNC|WRONLY|RDWR)")


def _mutating(log: str, git: int, below: str) -> Iterator[Point]:
    """Calls that change something below a folder, each with its number among its process's calls of that name."""
    counted: Counter[tuple[str, str]] = Counter()
    others: set[str] = set()
    for process, name, arguments in _CALL.findall(log):
        counted[process, name] += 1
        if name == "execve" and git == 0 and "/git" in arguments.partition(",")[0]:
            others.add(process)
        if process in others or name == "execve":
            continue
        here = below in arguments or not ("<" in arguments or '"/' in arguments)
        if here and (name != "openat" or _OPENED.search(arguments)):
            yield Point(git, name, counted[process, name])

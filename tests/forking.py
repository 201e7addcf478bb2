"""The program in processes of its own that need not start: each is forked from one that has loaded it.

Who forks is a process without threads in which nothing ran but imports. What Python reads at its start (variables
like PYTHONHASHSEED and LC_ALL) must be as it was there: ``forked`` says no to any other environment.
"""

from __future__ import annotations

import atexit
import gc
import os
import pkgutil
import select
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib import import_module
from itertools import count
from pathlib import Path

from tests import asking

_PACKAGES = ("core", "adapters", "reports", "workflows", "cli")
_LEFT_OUT = ("pytest", "redis")
"""Modules with these words need what few commands load."""
_LIBRARIES = ("asyncio", "jinja2.sandbox", "jsonschema_rs", "sqlite3", "yaml")
_STARTED = 3
"""Runs that start as users' do; loading everything costs as much as five of them."""
_READ_AT_START = ("PYTHON", "LC_", "LANG")
_WARNINGS = {"PYTHONWARNINGS": "error"}
AUDIT = "TESTS_AUDIT"
"""Names a file that takes a line for each program that a run starts, and for each connection."""
_runs = count()


def forked(
    words: Sequence[str], folder: Path, stdin: bytes, environment: Mapping[str, str]
) -> tuple[int, bytes, bytes] | None:
    """Exit code, output and errors of a command line; None where it has to start, like the first ones."""
    if next(_runs) < _STARTED or _read_at_start(environment) != _read_at_start(os.environ | _WARNINGS):
        return None
    settings = [os.fsencode(f"{name}={value}") for name, value in environment.items()]
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        given.write(stdin)
        given.seek(0)
        code = asking.ask(_address(), [*words], str(folder), settings, [file.fileno() for file in (given, out, err)])
        out.seek(0)
        err.seek(0)
        return code, out.read(), err.read()


def started() -> list[str]:
    """The beginning of a command line that is a run that was forked; warnings are its errors."""
    return [sys.executable, "-IS", asking.__file__, _address()]


def program(folder: Path) -> Path:
    """A folder for the PATH of shells, in which ``promptctl`` is such a run."""
    folder.mkdir(parents=True, exist_ok=True)
    line = shlex.join(started())
    (folder / "promptctl").write_text(f'#!/bin/sh\nexec {line} "$@"\n')
    (folder / "promptctl").chmod(0o755)
    return folder


def _read_at_start(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith(_READ_AT_START)}


@cache
def _address() -> str:
    """Where this process's own forking process listens; it is started by the first who asks, and ends with this one."""
    above = tempfile.TemporaryDirectory(prefix="promptctl-")
    address = f"{above.name}/door"
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(address)
        door.listen(64)
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.forking", str(door.fileno())],
            cwd=Path(__file__).parents[1],
            env=os.environ | _WARNINGS,
            stdin=subprocess.PIPE,
            pass_fds=[door.fileno()],
        )

    def end() -> None:
        process.communicate()
        above.cleanup()

    atexit.register(end)
    return address


def _load() -> None:
    import promptctl

    for package in _PACKAGES:
        for module in pkgutil.walk_packages([f"{promptctl.__path__[0]}/{package}"], f"promptctl.{package}."):
            if not any(word in module.name for word in _LEFT_OUT):
                import_module(module.name)
    for name in _LIBRARIES:
        import_module(name)
    _read()
    gc.freeze()


def _read() -> None:
    """What reads files is made here once. It is pure, so that it is the same for whoever asks."""
    from promptctl.core.files.document import Document
    from promptctl.core.files.schema import problems
    from promptctl.core.prompts.template import Renderer, read_template
    from promptctl.schemas import KINDS

    for kind in KINDS:
        problems(Document(file=kind, value={}, text="{}"), kind)
    read_template("t", "{{ a }}")
    Renderer({"t": "{{ a }}"}).render("t", {"a": "b"})


def _serve(door: socket.socket) -> None:
    """Forks one for each who asks, and tells them how it ended, until standard input ends; stops those whose asker is
    gone."""
    lines: dict[int, socket.socket] = {}
    ended, told = socket.socketpair()
    looked_at = select.poll()
    for file in (door, ended, sys.stdin):
        looked_at.register(file, select.POLLIN)
    with ended, told:
        told.setblocking(False)
        signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        while sys.stdin.fileno() not in (ready := dict(looked_at.poll())):
            if ended.fileno() in ready:
                ended.recv(1 << 12)
            for number, line in lines.items():
                if line.fileno() in ready:
                    looked_at.unregister(line)
                    os.kill(number, signal.SIGTERM)
            if door.fileno() in ready:
                line, _ = door.accept()
                if number := _started(line, [door, ended, told, *lines.values()]):
                    lines[number] = line
                    # Whoever asks says nothing more: what comes is the end of both ways.
                    looked_at.register(line, 0)
            with suppress(ChildProcessError):
                while (found := os.waitpid(-1, os.WNOHANG))[0]:
                    with lines.pop(found[0]) as line, suppress(OSError):
                        with suppress(KeyError):
                            looked_at.unregister(line)
                        line.sendall(b"%d" % os.waitstatus_to_exitcode(found[1]))
    for number in lines:
        os.kill(number, signal.SIGTERM)


def _started(line: socket.socket, of_others: Sequence[socket.socket]) -> int:
    """The process of who asks on this line; 0 if they are gone."""
    _, streams, _, _ = socket.recv_fds(line, 1, 3)
    asked = b"".join(iter(lambda: line.recv(1 << 16), b""))
    number = os.fork() if asked else 0
    if asked and number == 0:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for other in (line, *of_others):
            other.close()
        _become(asked, streams)
    for stream in streams:
        os.close(stream)
    return number


def _audit(log: str) -> None:
    """Writes down what this process and those forked from it start, words with NUL between them, and ask for."""
    file = os.open(log, os.O_WRONLY | os.O_APPEND)

    def hook(event: str, values: tuple[object, ...]) -> None:
        if event in ("subprocess.Popen", "os.exec", "os.posix_spawn"):
            _, words = values[:2]
            given = words if isinstance(words, Sequence) and not isinstance(words, str | bytes) else [words]
            found = [str(values[0]), *map(os.fsdecode, given)]
        elif event in ("socket.connect", "socket.getaddrinfo", "os.system"):
            found = [event, str(values[-1] if event == "socket.connect" else values[0])]
        else:
            return
        os.write(file, "\0".join(found).replace("\n", " ").encode(errors="surrogateescape") + b"\n")

    sys.addaudithook(hook)


def _become(asked: bytes, streams: Sequence[int]) -> None:
    """Makes this process the program as it starts: standard streams, folder, arguments, environment."""
    from promptctl.__main__ import main
    from promptctl.adapters import bounded

    # A run is a process of its own already, and whoever tests that it is stopped starts one as users do.
    bounded.supervised = lambda act: act()
    for number, (stream, name) in enumerate(zip(streams, ("stdin", "stdout", "stderr"), strict=True)):
        os.dup2(stream, number)
        os.close(stream)
        was = getattr(sys, name)
        # What was made for another file thinks of that: whether one can seek in it, for instance.
        made = os.fdopen(number, was.mode, 1 if name == "stderr" else -1, was.encoding, was.errors, closefd=False)
        setattr(sys, name, made)
    folder, size, *rest = asked.split(b"\0")
    os.chdir(folder)
    sys.argv[1:] = map(os.fsdecode, rest[: int(size)])
    os.environb.clear()
    os.environb.update(setting.partition(b"=")[::2] for setting in rest[int(size) :])
    time.tzset()
    if log := os.environ.pop(AUDIT, ""):
        _audit(log)
    try:
        main()
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(1)


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as opened:
        os.set_inheritable(opened.fileno(), False)
        _load()
        _serve(opened)

"""Runs command lines one after the other and says which heavy modules each loads.

Each runs in a process forked from one that has loaded whatever of promptctl loads nothing heavy, and nothing else.
As a script: takes command lines as JSON on standard input, gives ``[exit code, modules, output]`` for each.
"""

from __future__ import annotations

import gc
import json
import os
import pkgutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import IO, Any, NoReturn

HEAVY = frozenset(
    (
        *("asyncio", "click", "concurrent.futures", "duckdb", "email", "fastapi", "genai_prices", "git", "httpcore2"),
        *("ibis", "importlib.metadata", "jinja2", "jsonschema_rs", "logging", "multiprocessing", "numpy", "pandas"),
        *("prometheus_client", "psycopg", "pyarrow", "pydantic", "redis", "rich", "ruamel", "scipy", "sqlglot"),
        *("sqlite3", "ssl", "starlette", "statistics", "tea_tasting", "typer", "urllib.request", "uvicorn", "yaml"),
    )
)
"""What takes its time to load."""
_LONGEST = 60
"""Seconds after which a line is ended: it waits for something that does not come."""
_READY = "http://"
"""What a server says when it is there: then it is told to end."""


def loaded(lines: Sequence[str], folder: Path) -> list[tuple[int, set[str], str]]:
    """Exit code, modules and output of each line, run in ``folder`` in this order."""
    command = [sys.executable, "-m", "tests.loading", str(folder)]
    above = Path(__file__).parents[1]
    done = subprocess.run(command, cwd=above, input=json.dumps(lines), capture_output=True, text=True, check=True)
    return [(code, set(modules), said) for code, modules, said in map(json.loads, done.stdout.splitlines())]


class _Watched:
    """Standard error that ends this process, as an interrupt would, once a server is ready."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        written = self._stream.write(text)
        if _READY in text:
            self._stream.flush()
            os.kill(os.getpid(), signal.SIGINT)
        return written


def _run(words: list[str], folder: str, said: int, told: int) -> None:
    """Becomes the program; what it loaded goes to ``told`` when it ends."""
    from promptctl.__main__ import main
    from promptctl.adapters import bounded

    # What a child of it loads counts as its own.
    bounded.supervised = lambda act: act()
    own, end = os.getpid(), os._exit

    def tell(status: int) -> NoReturn:
        if os.getpid() == own:
            os.write(told, json.dumps([status, sorted(sys.modules)]).encode())
        end(status)

    os._exit = tell
    os.chdir(folder)
    os.dup2(said, 1)
    os.dup2(said, 2)
    sys.stderr = _Watched(sys.stderr) if words[0] == "serve" else sys.stderr
    sys.argv[1:] = words
    signal.alarm(_LONGEST)
    main()


def _each(line: str, folder: str) -> list[Any]:
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as told:
        if (child := os.fork()) == 0:
            _run(line.split(), folder, said.fileno(), told.fileno())
        os.waitpid(child, 0)
        said.seek(0)
        told.seek(0)
        code, modules = json.loads(told.read() or "[-1, []]")
        return [code, sorted(HEAVY & set(modules)), said.read().decode()]


class _Heavy(Exception):
    """A module was asked for that is not to be loaded here."""


class _Guard(MetaPathFinder):
    """Keeps heavy modules out, and with them every module that loads one."""

    def find_spec(self, name: str, _path: object, _target: object = None) -> None:
        if name in HEAVY:
            raise _Heavy(name)


def _load() -> None:
    import promptctl

    sys.meta_path.insert(0, guard := _Guard())
    for module in pkgutil.walk_packages(promptctl.__path__, "promptctl.", onerror=lambda _: None):
        with suppress(_Heavy):
            import_module(module.name)
    sys.meta_path.remove(guard)
    assert not HEAVY & set(sys.modules)
    gc.freeze()


if __name__ == "__main__":
    _load()
    for asked in json.loads(sys.stdin.read()):
        print(json.dumps(_each(asked, sys.argv[1])), flush=True)

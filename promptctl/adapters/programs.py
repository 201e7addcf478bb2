"""Programs that judge: the repository's own judge answers, from JSON to JSON, the user's a version, by exit code."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from promptctl.core.files.strict_json import strict_json
from promptctl.errors import OutsideError, UsageError

if TYPE_CHECKING:
    from subprocess import CompletedProcess

CANNOT_RUN, GAVE_UP = "PC192", "PC193"
SECONDS = 30
_STANDARD_ERROR = 2
_INTERPRETERS: Mapping[str, str] = {".py": sys.executable, ".sh": "sh", ".js": "node", ".mjs": "node", ".rb": "ruby"}
_PASSED_ON = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "SYSTEMROOT")
"""What a program learns of the environment: no key is among it."""


class ProgramFailed(Exception):
    """A program did not say what it thinks."""


def program(file: str, data: bytes) -> Callable[[str, Mapping[str, Any]], Any]:
    """A function that runs the program ``data`` for one answer; ``file`` says by its suffix what runs it, else ``#!``.

    It reads ``{"text", "inputs", "row", "tool_calls", "latency_ms", "cost"}`` and prints what a function may return. It
    runs alone in an empty folder, for 30 seconds at most. The function raises ProgramFailed.
    """

    def judge(text: str, context: Mapping[str, Any]) -> Any:
        with tempfile.TemporaryDirectory(prefix="promptctl-program-") as folder:
            path = Path(folder) / Path(file).name
            path.write_bytes(data)
            path.chmod(0o700)
            return _said(file, _run(_command(file, path, data), folder, json.dumps({"text": text, **context})))

    return judge


def _command(file: str, path: Path, data: bytes) -> list[str]:
    interpreter = _INTERPRETERS.get(path.suffix)
    if data.startswith(b"#!") and os.name != "nt":
        return [str(path)]
    if interpreter is None:
        raise ProgramFailed(f"{file} has neither a first line with #! nor a suffix of {', '.join(_INTERPRETERS)}")
    return [interpreter, str(path)]


def _run(command: list[str], folder: str, given: str) -> CompletedProcess[bytes]:
    import subprocess

    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    try:
        return subprocess.run(
            command,
            cwd=folder,
            input=given.encode(),
            capture_output=True,
            timeout=SECONDS,
            check=False,
            env=environment,
        )
    except subprocess.TimeoutExpired:
        raise ProgramFailed(f"it took longer than {SECONDS} seconds") from None
    except OSError as error:
        raise ProgramFailed(f"it cannot be run: {(error.strerror or str(error)).lower()}") from None


def _said(file: str, done: CompletedProcess[bytes]) -> Any:
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise ProgramFailed(f"{file} ended with {done.returncode}: {last}")
    try:
        return strict_json(done.stdout.decode())
    except ValueError:
        raise ProgramFailed(f"{file} printed no JSON: {done.stdout[:80].decode(errors='replace')!r}") from None


def run_check(command: Sequence[str], folder: Path, variables: Mapping[str, str]) -> int:
    """The exit code of a command, which sees the variables; what it prints goes to standard error.

    Raises UsageError when it cannot be run, OutsideError when it ends by a signal or with more than 127.
    """
    import subprocess

    try:
        done = subprocess.run(
            command, cwd=folder, env=os.environ | dict(variables), stdout=_STANDARD_ERROR, check=False
        )
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or str(error)
        raise UsageError(CANNOT_RUN, f"{command[0]} cannot be run: {said.lower()}", hint="--check 'COMMAND'") from None
    if not 0 <= done.returncode <= 127:
        raise OutsideError(GAVE_UP, f"{command[0]} gave up with {done.returncode}, so the search does as well")
    return done.returncode

"""Every check of this repository, from a fresh clone: ``python3 -m tests [pytest options]``.

Needs Python and Git only: makes ``.venv`` and installs the project with its development tools there, once a change of
``pyproject.toml``. Uses nothing but the standard library until then. Stops at the first check that fails.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

from tests.workflow_checks import workflow_checks

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PROGRAMS = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = PROGRAMS / ("python.exe" if os.name == "nt" else "python")
LOCK = ROOT / ".ci" / "lock.txt"
"""What checks run on, by digests; users get what pyproject.toml allows."""
STAMP = VENV / "installed-for"
OLDEST = (3, 11)
Command = Sequence["str | Path"]
MEMORY, ROOM = Path("/dev/shm"), 2 << 30
"""Where the system keeps files in memory, and the bytes that there must be."""
WORKERS = str(max(2, 3 * (os.cpu_count() or 1) // 2))
"""Part of a test's time is waiting for other processes."""


def main(arguments: list[str]) -> int:
    """Runs all checks and gives the first exit code that is not 0."""
    if fault := _unusable():
        print(fault, file=sys.stderr)
        return 2
    os.environ |= _scratch()
    return _install() or _first_failure(_checks(arguments))


def _unusable() -> str | None:
    if sys.version_info < OLDEST:
        return f"promptctl needs Python {'.'.join(map(str, OLDEST))} or newer; this is {sys.version.split()[0]}"
    if shutil.which("git") is None:
        return "the program git is not on the PATH"
    return None


def _scratch() -> dict[str, str]:
    """Keeps what tests write and throw away in memory, where there is room: nobody waits there for a disk to say that
    something is safe."""
    if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK | os.X_OK):
        return {}
    there = os.statvfs(MEMORY)
    fits = there.f_bavail * there.f_frsize >= ROOM and not there.f_flag & os.ST_NOEXEC
    return {"TMPDIR": str(MEMORY)} if fits else {}


def _install() -> int:
    """Installs the project and its tools, unless that was done for these dependencies; pip's exit code."""
    if STAMP.exists() and STAMP.read_text() == _wanted() and PYTHON.exists():
        return 0
    if not PYTHON.exists():
        print(f"$ {sys.executable} -m venv .venv", flush=True)
        venv.create(VENV, with_pip=True)
    lacks_pip = subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True, check=False).returncode
    steps: list[Command] = [[PYTHON, "-m", "ensurepip"]] if lacks_pip else []
    pip: Command = [PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    steps.append([*pip, "--require-hashes", "--no-deps", "--only-binary", ":all:", "--requirement", LOCK])
    steps.append([*pip, "--no-deps", "--no-build-isolation", "--editable", "."])
    code = _first_failure(steps)
    if code == 0:
        STAMP.write_text(_wanted())
    return code


def _wanted() -> str:
    """What an environment was made for: these dependencies, at this place."""
    files = (ROOT / "pyproject.toml", LOCK)
    return hashlib.sha256(b"".join(file.read_bytes() for file in files) + str(ROOT).encode()).hexdigest()


def _checks(arguments: list[str]) -> list[Command]:
    return [
        [PYTHON, "-m", "ruff", "format", "--check", "."],
        [PYTHON, "-m", "ruff", "check", "."],
        [PYTHON, "-m", "mypy"],
        [PROGRAMS / "lint-imports"],
        *workflow_checks(PROGRAMS),
        [PYTHON, "-m", "pytest", "-n", WORKERS, "--dist", "worksteal", *arguments],
    ]


def _first_failure(commands: list[Command]) -> int:
    for command in commands:
        shown = [str(part.relative_to(ROOT)) if isinstance(part, Path) else part for part in command]
        print(f"$ {shlex.join(shown)}", flush=True)
        try:
            code = subprocess.run(command, cwd=ROOT, check=False).returncode
        except KeyboardInterrupt:
            return 130
        if code:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""A folder to try things in: made, filled with the program's own demo files, worked in by its own command, removed."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

from promptctl.adapters.writing import CANNOT_WRITE
from promptctl.errors import OutsideError, Place, UsageError

NOT_EMPTY = "PC034"


def make_scratch(keep: Path | None) -> Path:
    """A new folder: ``keep``, which must not hold anything yet, or a temporary one.

    Raises UsageError for a folder that holds something, OutsideError when the disk refuses.
    """
    try:
        if keep is None:
            return Path(tempfile.mkdtemp(prefix="promptctl-demo-")).resolve()
        if keep.exists() and (not keep.is_dir() or any(keep.iterdir())):
            raise UsageError(
                NOT_EMPTY, f"{keep} is not an empty folder", place=Place(str(keep)), hint="name a new folder"
            )
        keep.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or "cannot be made").lower()
        where = Place(str(keep or tempfile.gettempdir()))
        raise OutsideError(
            CANNOT_WRITE, f"no folder for the demo: {reason}", place=where, hint="name another folder with --keep DIR"
        ) from None
    return keep.resolve()


def remove_scratch(folder: Path) -> None:
    """Removes a scratch folder; what cannot be removed stays, since it is in the system's temporary folder."""
    shutil.rmtree(folder, ignore_errors=True)


def demo_files() -> Path:
    """The folder of the demo's files inside this installation."""
    return Path(str(resources.files("promptctl") / "demo"))


def copy_over(source: Path, target: Path) -> None:
    """Lays a folder's files over another's, as ``cp -R source/. target`` does."""
    shutil.copytree(source, target, dirs_exist_ok=True)


def run_promptctl(arguments: list[str], folder: Path, environment: Mapping[str, str]) -> tuple[int, str]:
    """Runs this program in a process of its own: its exit code, and all it wrote in the order it was written."""
    done = subprocess.run(
        [sys.executable, "-m", "promptctl", *arguments],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        env=dict(environment),
    )
    return done.returncode, done.stdout.decode("utf-8", "replace")

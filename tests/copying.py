"""Repositories that are built once a process and copied from then on: packed, so that a copy is a few files."""

from __future__ import annotations

import atexit
import shutil
import subprocess
import tempfile
from pathlib import Path

_SAMPLES = shutil.ignore_patterns("*.sample")


def kept_folder() -> Path:
    """A folder for what is built once a process; it goes when the process ends."""
    folder = Path(tempfile.mkdtemp(prefix="promptctl-kept-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def packed(folder: Path) -> Path:
    """The folder itself, once the objects of each repository in it are one file."""
    for repository in (*folder.glob("*/.git"), *folder.glob("*.git")):
        line = ["git", "-C", str(repository), "-c", "repack.writeBitmaps=false", "repack", "-adnq"]
        subprocess.run(line, check=True, capture_output=True)
    return folder


def copy_folder(built: Path, folder: Path) -> None:
    """Copies all that is in ``built``; a repository's remote is then the one beside it."""
    shutil.copytree(built, folder, symlinks=True, dirs_exist_ok=True, ignore=_SAMPLES)
    for config in folder.glob("*/.git/config"):
        config.write_text(config.read_text().replace(f"{built}/", f"{folder}/"))

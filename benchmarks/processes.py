"""Counts the processes that a command starts."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.fast_import import ENVIRONMENT

_STARTED = re.compile(r"\b(?:v?fork|clone3?)\((?!.*CLONE_THREAD).* = \d+$|<\.\.\. (?:v?fork|clone3?) resumed>.* = \d+$")


def count_processes(line: Sequence[str], folder: Path) -> int | None:
    """How many processes a command line runs as, itself included, threads not; None without strace."""
    if shutil.which("strace") is None:
        return None
    with tempfile.NamedTemporaryFile("r") as log:
        traced = ["strace", "-f", "-qq", "-e", "trace=fork,vfork,clone,clone3", "-o", log.name, *line]
        subprocess.run(traced, cwd=folder, env=ENVIRONMENT, capture_output=True, check=True)
        return 1 + sum(bool(_STARTED.search(found.rstrip())) for found in log if "CLONE_THREAD" not in found)

"""Folders that targets write into: one for each process, in memory where there is such a place."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

_MEMORY = Path("/dev/shm")


@cache
def scratch(name: str) -> Path:
    """The folder of that name, made when it is first asked for; it goes with the process."""
    folder = tempfile.mkdtemp(prefix=f"promptctl-fuzz-{name}-", dir=_MEMORY if _MEMORY.is_dir() else None)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)

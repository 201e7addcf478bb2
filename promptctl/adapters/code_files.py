"""The Python files of an application, as text."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from promptctl.adapters.files import decode, read_bytes
from promptctl.errors import Place, UsageError

_LEFT_OUT = frozenset({"node_modules", "venv", "site-packages", "build", "dist"})
UNREADABLE = "PC010"


def code_files(root: Path, paths: Sequence[str]) -> Iterator[tuple[str, str | UsageError]]:
    """Every Python file at or below paths, relative to ``root``, by name with its text; the error in place of one that
    cannot be read.

    Links are not followed; hidden folders and those of installed packages are left out. Raises UsageError for a path
    that is not there.
    """
    for path in paths:
        start = root / path
        if not start.exists():
            raise UsageError(
                UNREADABLE, f"there is no {path}", place=Place(path), hint="name a Python file or a folder"
            )
        for file in [start] if start.is_file() else _below(start):
            shown = file.relative_to(root).as_posix() if file.is_relative_to(root) else str(file)
            try:
                yield shown, decode(read_bytes(file, shown), shown)
            except UsageError as error:
                yield shown, error


def _below(folder: Path) -> Iterator[Path]:
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _LEFT_OUT)
        yield from (Path(here, name) for name in sorted(files) if name.endswith(".py"))

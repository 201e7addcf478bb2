"""The files as they lie on disk, found from any folder inside the repository."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from functools import cached_property
from pathlib import Path

from promptctl.adapters.writing import PREFIX as UNFINISHED
from promptctl.errors import UsageError

SETTINGS = "promptctl.toml"


class WorkTree:
    """The work tree below ``root``; the listing is read once."""

    label = ""

    def __init__(self, root: Path) -> None:
        self.root = root

    @cached_property
    def _listing(self) -> tuple[list[str], list[str]]:
        regular: list[str] = []
        special: list[str] = []
        for entry, path in _walk(self.root / "prompts", "prompts"):
            (regular if entry.is_file(follow_symlinks=False) else special).append(path)
        if (self.root / SETTINGS).is_file():
            regular.append(SETTINGS)
        return sorted(regular), sorted(special)

    def files(self) -> Collection[str]:
        return self._listing[0]

    def special(self) -> Collection[str]:
        return self._listing[1]

    def read(self, path: str) -> bytes:
        # Listing is all that completion needs, and a YAML library takes longer to load than that.
        from promptctl.adapters.files import read_bytes

        return read_bytes(self.root / path, path)


def _walk(folder: Path, path: str) -> Iterator[tuple[os.DirEntry[str], str]]:
    """Every entry that is no folder; a link to a folder is an entry, never followed. Killed writes left no entries."""
    try:
        entries = list(os.scandir(folder))
    except FileNotFoundError:
        return
    except OSError as error:
        raise UsageError("PC010", f"{path}: {(error.strerror or 'cannot be read').lower()}") from None
    for entry in entries:
        if entry.name.startswith(UNFINISHED):
            continue
        inner = f"{path}/{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(folder / entry.name, inner)
        else:
            yield entry, inner


def find_root(start: Path) -> Path:
    """The repository's top: the nearest folder at or above ``start`` with ``.git``, else with promptctl.toml.

    Raises UsageError when there is none.
    """
    folders = (start, *start.parents)
    for marker in (".git", SETTINGS):
        for folder in folders:
            if (folder / marker).exists():
                return folder
    raise UsageError("PC006", f"{start} is in no prompt repository", hint="promptctl init")

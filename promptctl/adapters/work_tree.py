"""The files as they lie on disk, found from any folder inside the repository."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from functools import cached_property
from pathlib import Path

from promptctl.adapters.writing import PREFIX as UNFINISHED
from promptctl.errors import Place, StateError, UsageError

SETTINGS = "promptctl.toml"
NOT_CHECKED_OUT = "PC134"


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
        return sorted({*regular, *self._left_out}), sorted(special)

    @cached_property
    def _left_out(self) -> frozenset[str]:
        """Files that Git has and a sparse checkout left out: they exist, and reading them says where they are."""
        if not (_git_folder(self.root) / "info" / "sparse-checkout").is_file():
            return frozenset()
        from promptctl.adapters.git.program import Git

        listing = (
            Git(self.root)
            .run("ls-files", "-t", "-z", "--", "prompts", SETTINGS)
            .stdout.decode("utf-8", "surrogateescape")
        )
        found = (entry.removeprefix("S ") for entry in listing.split("\0") if entry.startswith("S "))
        return frozenset(path for path in found if not (self.root / path).exists())

    def files(self) -> Collection[str]:
        return self._listing[0]

    def special(self) -> Collection[str]:
        return self._listing[1]

    def read(self, path: str) -> bytes:
        # Listing is all that completion needs, and a YAML library takes longer to load than that.
        from promptctl.adapters.files import read_bytes

        if path in self._left_out:
            message, hint = f"{path} is not checked out here (sparse checkout)", "git sparse-checkout add prompts"
            raise StateError(NOT_CHECKED_OUT, message, place=Place(path), hint=hint)
        return read_bytes(self.root / path, path)


def _git_folder(root: Path) -> Path:
    """Where Git keeps what belongs to this work tree; a linked one and a submodule have a file that names it."""
    pointer = root / ".git"
    if not pointer.is_file():
        return pointer
    return root / pointer.read_text(encoding="utf-8", errors="replace").removeprefix("gitdir: ").rstrip("\n")


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
    bare = (start / "HEAD").is_file() and (start / "objects").is_dir()
    hint = "work in a clone of it: this is a Git directory without a work tree" if bare else "promptctl init"
    raise UsageError("PC006", f"{start} is in no prompt repository", hint=hint)

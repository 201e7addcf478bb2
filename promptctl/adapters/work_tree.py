"""The files as they lie on disk, found from any folder inside the repository, and which content each one has."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from promptctl.adapters.writing import PREFIX as UNFINISHED
from promptctl.core.files.tree import Files, within
from promptctl.errors import Place, StateError, UsageError

if TYPE_CHECKING:
    from promptctl.adapters.git.program import Git
    from promptctl.adapters.known import KnownContents

SETTINGS = "promptctl.toml"
NOT_CHECKED_OUT = "PC134"
MANY = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """``regular``: every regular file with the Git object that its content is, None where only reading can tell.

    ``index`` names all that Git's index has, where that was asked; ``otherwise`` are the paths of which the index does
    not tell what lies there.
    """

    regular: Mapping[str, str | None]
    special: tuple[str, ...]
    index: str | None = None
    otherwise: frozenset[str] = frozenset()


class WorkTree:
    """The work tree below ``root``; the listing is read once. Where there are many files, Git's index says which of
    them are as they were."""

    label = ""

    def __init__(self, root: Path, git: Callable[[], Git] | None = None, contents: KnownContents | None = None) -> None:
        self.root, self._git, self._contents = root, git, contents
        self._read: dict[str, str] = {}

    @cached_property
    def listing(self) -> Listing:
        """What stands where; the tree is looked through when this is first asked for."""
        return self._indexed() or walked_listing(self.root, self._left_out)

    @cached_property
    def _indexed(self) -> Callable[[], Listing | None]:
        if self._git and not self._left_out and _has_many(self.root):
            from promptctl.adapters.git.work_listing import indexed_listing

            return indexed_listing(self._git(), self._contents.facts if self._contents else None)
        return lambda: None

    def expect(self) -> None:
        """All files will be asked for: where they are many, Git looks at them while the program does something else."""
        self._indexed  # noqa: B018 - asking begins it

    @property
    def _listed(self) -> Mapping[str, str | None] | None:
        """The files with their contents, None while nobody has asked for a list."""
        return self.listing.regular if "listing" in self.__dict__ else None

    @cached_property
    def _left_out(self) -> frozenset[str]:
        """Files that Git has and a sparse checkout left out: they exist, and reading them says where they are."""
        if not (git_folder(self.root) / "info" / "sparse-checkout").is_file():
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
        return Files(self._holds, lambda: self.listing.regular.keys())

    def _holds(self, path: str) -> bool:
        return path in self._listed if self._listed is not None else self._stands(path)

    def _stands(self, path: str) -> bool:
        return _is_regular(self.root, path) or path in self._left_out

    def below(self, folder: str) -> Collection[str]:
        return within(self.files(), folder)

    def special(self) -> Collection[str]:
        return self.listing.special

    def read(self, path: str) -> bytes:
        from promptctl.adapters.files import read_bytes

        if path in self._left_out:
            message, hint = f"{path} is not checked out here (sparse checkout)", "git sparse-checkout add prompts"
            raise StateError(NOT_CHECKED_OUT, message, place=Place(path), hint=hint)
        data = read_bytes(self.root / path, path)
        self._read[path] = content_id(data, self._listed.get(path) if self._listed else None)
        return data

    def content(self, path: str) -> str | None:
        """What names the content of a file, None when there is no such file: the name of a Git object, mostly.

        What was read names what was read; else the index is believed, or what the file system says of a large file, or
        the file is read. Raises UsageError when it
        cannot be.
        """
        found = self._read.get(path) or (self._listed.get(path) if self._listed else None)
        if found is None and self._holds(path):
            found = self._contents.name(path, lambda: self._named(path)) if self._contents else self._named(path)
        return found

    def _named(self, path: str) -> str:
        self.read(path)
        return self._read[path]


def _is_regular(root: Path, path: str) -> bool:
    """Whether a listing would have a path: a regular file, spelled as the disk spells it, with no link on the way."""
    folder, steps = root, path.split("/")
    for number, step in enumerate(steps, 1):
        try:
            mode = (folder / step).lstat().st_mode
            spelled = step in {entry.name for entry in os.scandir(folder)}
        except OSError:
            return False
        last = number == len(steps)
        if not spelled or not (stat.S_ISREG(mode) if last else stat.S_ISDIR(mode)):
            return False
        folder /= step
    return not steps[-1].startswith(UNFINISHED)


def content_id(data: bytes, expected: str | None = None) -> str:
    """The name that Git gives to this content, with line ends as Git keeps them unless those are ``expected``.

    Contents that share a name are the same text. Where ``expected`` is a longer name than SHA-1's, so is this one.
    """
    as_read = _blob_name(data, expected)
    if as_read == expected or b"\r" not in data:
        return as_read
    plain = data.replace(b"\r\n", b"\n")
    return as_read if b"\r" in plain else _blob_name(plain, expected)


def _blob_name(data: bytes, like: str | None) -> str:
    import hashlib

    algorithm = hashlib.sha256 if like and len(like) == 64 else hashlib.sha1
    return algorithm(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def walked_listing(root: Path, left_out: Collection[str] = ()) -> Listing:
    """What a walk over the folders finds. Raises UsageError for a folder that cannot be read."""
    regular: list[str] = []
    special: list[str] = []
    linked = (root / "prompts").is_symlink()
    if linked:
        special.append("prompts")
    for entry, path in () if linked else walk(root / "prompts", "prompts"):
        (regular if entry.is_file(follow_symlinks=False) else special).append(path)
    if os.path.lexists(root / SETTINGS):
        (regular if (root / SETTINGS).is_file() else special).append(SETTINGS)
    return Listing(regular=dict.fromkeys(sorted({*regular, *left_out})), special=tuple(sorted(special)))


def git_folder(root: Path) -> Path:
    """Where Git keeps what belongs to this work tree; a linked one and a submodule have a file that names it."""
    pointer = root / ".git"
    if not pointer.is_file():
        return pointer
    return root / pointer.read_text(encoding="utf-8", errors="replace").removeprefix("gitdir: ").rstrip("\n")


def shared_git_folder(root: Path) -> Path:
    """Where Git keeps what all work trees of a repository share."""
    own = git_folder(root)
    try:
        return own / (own / "commondir").read_text(encoding="utf-8", errors="surrogateescape").rstrip("\n")
    except FileNotFoundError:
        return own


def _has_many(root: Path) -> bool:
    """Whether Git's index has so many entries that asking Git costs less than looking at each file."""
    try:
        with (git_folder(root) / "index").open("rb") as file:
            head = file.read(12)
    except (OSError, ValueError):
        return False
    return head[:4] == b"DIRC" and int.from_bytes(head[8:]) > MANY


def walk(folder: Path, path: str) -> Iterator[tuple[os.DirEntry[str], str]]:
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
            yield from walk(folder / entry.name, inner)
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

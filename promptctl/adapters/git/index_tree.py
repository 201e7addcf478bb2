"""The files as the index has them: what the next commit will hold, whatever lies in the work tree."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from promptctl.adapters.git.program import Begun, Git, open_git
from promptctl.core.files.tree import within
from promptctl.errors import Place, StateError, UsageError

if TYPE_CHECKING:
    from promptctl.adapters.git.objects import Objects

UNMERGED = "PC127"
PATHS = ("prompts", "promptctl.toml")
_LISTING = ("ls-files", "-s", "-z", "--", *PATHS)
_REGULAR = ("100644", "100755")
_EMPTY = (
    "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
    "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
)
_FLAGS = re.compile(r"([^\0]+)\0(?:  .*\n)*?  size: .*flags: ([0-9a-f]+)\n")
_INTENT_TO_ADD = 1 << 29
_SINGLY = 100
"""Up to so many empty files are asked for by their names: a command line is bounded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexChange:
    """A path that the index has otherwise than a commit. The object on a side that lacks it is None."""

    path: str
    before: str | None
    after: str | None


class IndexTree:
    """The prompt files of an index. ``index`` is the file Git uses for it; None is the usual one.

    What somebody says will be asked for, Git finds out meanwhile.
    """

    label = ""

    def __init__(self, git: Git, index: Path | None = None) -> None:
        self.git = git
        self._extra = {"GIT_INDEX_FILE": str(index)} if index else {}
        self._begun: dict[tuple[str, ...], Begun] = {}

    @cached_property
    def objects(self) -> Objects:
        """What the files are read from, where nothing is known of them yet."""
        from promptctl.adapters.git.objects import Objects

        return Objects(self.git)

    def expect_files(self) -> None:
        """The files will be asked for."""
        self._begin(_LISTING)

    def expect_changes(self, commit: str) -> None:
        """What differs from a commit will be asked for."""
        self._begin(_comparison(commit))

    def expect_mentioning(self, words: Collection[str]) -> None:
        """The files in which one of the words stands will be asked for."""
        self._begin(_search(words))

    def _begin(self, line: tuple[str, ...]) -> None:
        self._begun[line] = self.git.begin(*line, extra=self._extra)

    def _told(self, line: tuple[str, ...], nothing: int | None = None) -> list[str] | None:
        """What Git lists, None where it ends with the code for ``nothing``."""
        if line not in self._begun:
            self._begin(line)
        done = self._begun.pop(line).end((0,) if nothing is None else (0, nothing))
        return done.stdout.decode("utf-8", "surrogateescape").split("\0") if done.returncode == 0 else None

    @cached_property
    def blobs(self) -> Mapping[str, tuple[str, str]]:
        """Mode and object of every path below ``prompts/``, and of promptctl.toml.

        A path that is only meant to be added is not there yet. Raises StateError for one that is not merged.
        """
        found: dict[str, tuple[str, str]] = {}
        for entry in self._told(_LISTING) or ():
            if entry:
                facts, _, path = entry.partition("\t")
                mode, object_id, stage = facts.split(" ")
                if stage != "0":
                    raise StateError(UNMERGED, f"{path} is not merged yet", place=Place(path), hint=f"git add {path}")
                found[path] = (mode, object_id)
        for path in self._only_meant([path for path, (_, object_id) in found.items() if object_id in _EMPTY]):
            del found[path]
        return found

    def _only_meant(self, empty: list[str]) -> list[str]:
        """Those of the paths with an empty object that ``git add -N`` noted and nobody added."""
        if not empty:
            return []
        asked = empty if len(empty) <= _SINGLY else PATHS
        line = ("--literal-pathspecs", "ls-files", "-z", "--debug", "--", *asked)
        shown = self.git.run(*line, extra=self._extra).stdout.decode("utf-8", "surrogateescape")
        known = set(empty)
        return [path for path, flags in _FLAGS.findall(shown) if int(flags, 16) & _INTENT_TO_ADD and path in known]

    def files(self) -> Collection[str]:
        return self._regular

    @cached_property
    def _regular(self) -> Collection[str]:
        return {path: None for path, (mode, _) in self.blobs.items() if mode in _REGULAR}.keys()

    def below(self, folder: str) -> Collection[str]:
        return within(self.files(), folder)

    def special(self) -> Collection[str]:
        return [path for path, (mode, _) in self.blobs.items() if mode not in _REGULAR]

    def content(self, path: str) -> str | None:
        """The object that a regular file is, None when there is no such file."""
        return self.blobs[path][1] if path in self._regular else None

    def read(self, path: str) -> bytes:
        if path in self._regular:
            found = self.objects.read(self.blobs[path][1])
            if found:
                return found[1]
        raise UsageError("PC010", f"there is no {path} in the index", place=Place(path))

    def changes(self, commit: str) -> tuple[IndexChange, ...] | None:
        """What the index has otherwise than a commit; None when there is no such commit."""
        fields = self._told(_comparison(commit), nothing=128)
        if fields is None:
            return None
        return tuple(_change(facts, path) for facts, path in zip(fields[::2], fields[1::2], strict=False))

    def mentioning(self, words: Collection[str]) -> frozenset[str]:
        """The files below ``prompts/`` in which one of the words stands."""
        return frozenset(path for path in self._told(_search(words), nothing=1) or () if path)


def hook_index(root: Path, folder: Path, environment: Mapping[str, str]) -> IndexTree:
    """The index that Git hands to a hook run in ``folder``: a commit of some paths only has one of its own.

    Raises UsageError when ``root`` is not under Git.
    """
    git, named = open_git(root), environment.get("GIT_INDEX_FILE")
    return IndexTree(git, (folder / named).resolve() if named else None)


def _comparison(commit: str) -> tuple[str, ...]:
    options = ("--cached", "--raw", "-z", "--no-renames", "--ita-invisible-in-index", "--abbrev=64")
    return ("diff-index", *options, commit, "--", *PATHS)


def _search(words: Collection[str]) -> tuple[str, ...]:
    options = ("-l", "-z", "-F", "-a", "--full-name", "--no-color", "--no-recurse-submodules")
    patterns = (part for word in sorted(words) for part in ("-e", word))
    return ("grep", "--cached", *options, *patterns, "--", PATHS[0])


def _change(facts: str, path: str) -> IndexChange:
    _, _, before, after, _ = facts.split(" ")
    return IndexChange(path=path, before=_existing(before), after=_existing(after))


def _existing(object_id: str) -> str | None:
    return object_id if object_id.strip("0") else None

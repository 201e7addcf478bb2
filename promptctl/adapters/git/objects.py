"""Reads objects, and commits as trees of prompt files."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property

from promptctl.adapters.files import MAX_BYTES
from promptctl.adapters.git.program import Git
from promptctl.adapters.git.reader import Found
from promptctl.adapters.git.tree_objects import Folder, parse_tree
from promptctl.core.files.tree import Files, within
from promptctl.errors import OutsideError, Place, UsageError

_REGULAR = ("100644", "100755")
_SUBMODULE = "160000"
_SINGLY = 64
"""Up to so many folders of a commit are looked into one by one; who wants more gets a listing of everything."""
_SETTINGS = "promptctl.toml"
_SHARED = (_SETTINGS, "prompts/prompts.lock", "prompts/environments")


class Objects:
    """The object store of one repository."""

    def __init__(self, git: Git) -> None:
        self._git = git
        self._folders: dict[str, Folder] = {}

    def read(self, name: str) -> tuple[str, bytes] | None:
        """Kind and bytes of an object named by an id or ``commit:path``; None when there is none.

        Raises UsageError for objects larger than a file may be, OutsideError when git breaks off.
        """
        return _bounded(name, self._git.find(name))

    def read_all(self, object_ids: Sequence[str]) -> Iterator[tuple[str, bytes] | None]:
        """What ``read`` gives for each of many ids, asked for at once. Raises what it raises."""
        return map(_bounded, object_ids, self._git.find_all(object_ids))

    def folder(self, tree: str) -> Folder:
        """What a tree holds, or the tree of a commit, each read once.

        Raises OutsideError when it is not there, UsageError when it is larger than a file may be.
        """
        if tree not in self._folders:
            found = self._git.find(tree + "^{tree}")
            if found is None:
                message = f"the folder {tree} is missing from the object store"
                raise OutsideError("PC090", message, hint="git fsck --full")
            _bounded(f"the folder {tree}", found)
            self._folders[tree] = parse_tree(found.data, len(found.object_id) // 2)
        return self._folders[tree]


def _bounded(name: str, found: Found | None) -> tuple[str, bytes] | None:
    if found and found.size > MAX_BYTES:
        raise UsageError("PC010", f"{name} is larger than {MAX_BYTES >> 20} MiB")
    return (found.kind, found.data) if found else None


class CommitTree:
    """The prompt files of one commit, as blobs: no filter, no line-end conversion, no work tree.

    Most commands ask a commit for a few files: then only the folders on their way are read. Settings, lock and pointers
    are listed apart from the rest.
    """

    def __init__(self, git: Git, objects: Objects, commit: str, label: str | None = None) -> None:
        self._git, self._objects, self.commit = git, objects, commit
        self.label = label or commit[:7]
        self._seen: set[str] = set()

    @cached_property
    def blobs(self) -> Mapping[str, tuple[str, str]]:
        """Mode and object id of every path below ``prompts/``, and of promptctl.toml."""
        return self._listed("prompts", _SETTINGS)

    @cached_property
    def _shared(self) -> Mapping[str, tuple[str, str]]:
        return self._listed(*_SHARED)

    def _listed(self, *paths: str) -> Mapping[str, tuple[str, str]]:
        listing = self._git.run("ls-tree", "-r", "-z", "--full-tree", self.commit, "--", *paths).stdout
        found: dict[str, tuple[str, str]] = {}
        for entry in listing.decode("utf-8", "surrogateescape").split("\0"):
            if entry:
                facts, _, path = entry.partition("\t")
                mode, _, object_id = facts.split(" ")
                found[path] = (mode, object_id)
        return found

    def content(self, path: str) -> str | None:
        """The object that a regular file is, None when there is no such file."""
        mode, object_id = self._entry(path) or ("", None)
        return object_id if mode in _REGULAR else None

    def _entry(self, path: str) -> tuple[str, str] | None:
        """Mode and object of a path: from a listing if there is one, else by way of its folders."""
        shared = _is_shared(path) and "blobs" not in self.__dict__
        listed = "_shared" if shared else "blobs"
        *folders, name = path.split("/")
        if listed in self.__dict__ or len(self._seen) >= _SINGLY:
            return (self._shared if shared else self.blobs).get(path)
        if path != _SETTINGS and folders[:1] != ["prompts"]:
            return None
        folder = self._objects.folder(self.commit)
        for step in folders:
            below = folder.get(step)
            if below is None or not below.is_folder:
                return None
            folder = self._objects.folder(below.object_id)
            self._seen.add(below.object_id)
        found = folder.get(name)
        return (found.mode, found.object_id) if found else None

    def files(self) -> Collection[str]:
        return Files(lambda path: self.content(path) is not None, lambda: self._regular)

    @cached_property
    def _regular(self) -> Collection[str]:
        return {path: None for path, (mode, _) in self.blobs.items() if mode in _REGULAR}.keys()

    def below(self, folder: str) -> Collection[str]:
        listed = self._shared if _is_shared(folder) else self.blobs
        return within((path for path, (mode, _) in listed.items() if mode in _REGULAR), folder)

    def special(self) -> Collection[str]:
        return [path for path, (mode, _) in self.blobs.items() if mode not in _REGULAR]

    def submodules(self) -> list[str]:
        """Paths whose content is a commit of another repository."""
        return [path for path, (mode, _) in self.blobs.items() if mode == _SUBMODULE]

    def read(self, path: str) -> bytes:
        object_id = self.content(path)
        if object_id:
            found = self._objects.read(object_id)
            if found is None:
                message = f"{path} at {self.label} is missing from the object store"
                raise OutsideError("PC090", message, hint="git fsck --full")
            return found[1]
        raise UsageError("PC010", f"there is no {path} at {self.label}", place=Place(f"{self.label}:{path}"))


def _is_shared(path: str) -> bool:
    return path in _SHARED or path.startswith(f"{_SHARED[-1]}/")

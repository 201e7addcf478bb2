"""Reads objects through one long-lived ``cat-file --batch``, and commits as trees of prompt files."""

from __future__ import annotations

import subprocess
import weakref
from collections.abc import Collection, Mapping
from contextlib import suppress
from functools import cached_property

from promptctl.adapters.files import MAX_BYTES
from promptctl.adapters.git.program import Git
from promptctl.core.tree import Files, within
from promptctl.errors import OutsideError, Place, UsageError

_REGULAR = ("100644", "100755")
_SHARED = ("promptctl.toml", "prompts/prompts.lock", "prompts/environments")


class Objects:
    """The object store of one repository; the reading process starts on first use and ends with this object."""

    def __init__(self, git: Git) -> None:
        self._git = git
        self._process: subprocess.Popen[bytes] | None = None

    def read(self, name: str) -> tuple[str, bytes] | None:
        """Kind and bytes of an object named by an id or ``commit:path``; None when there is none.

        Raises UsageError for objects larger than a file may be, OutsideError when git breaks off.
        """
        if "\n" in name:
            return None
        process = self._running()
        assert process.stdin
        assert process.stdout
        try:
            process.stdin.write(name.encode("utf-8", "surrogateescape") + b"\n")
            process.stdin.flush()
        except OSError:
            raise OutsideError("PC090", f"git cat-file failed on {name}: it broke off") from None
        header = process.stdout.readline().decode("utf-8", "replace").rstrip("\n")
        if header.endswith((" missing", " ambiguous")):
            return None
        fields = header.split(" ")
        if len(fields) != 3:
            raise OutsideError("PC090", f"git cat-file failed on {name}: {header or 'it broke off'}")
        size = int(fields[2])
        data = process.stdout.read(size)
        process.stdout.read(1)
        if size > MAX_BYTES:
            raise UsageError("PC010", f"{name} is larger than {MAX_BYTES >> 20} MiB")
        return fields[1], data

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = self._git.popen("cat-file", "--batch")
            self._end = weakref.finalize(self, _end, self._process)
        return self._process

    def close(self) -> None:
        """Ends the reading process, which also happens when this object goes."""
        if self._process is not None:
            self._process = None
            self._end()


def _end(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin
    assert process.stdout
    with suppress(BrokenPipeError):
        process.stdin.close()
    process.stdout.close()
    process.wait()


class CommitTree:
    """The prompt files of one commit, as blobs: no filter, no line-end conversion, no work tree.

    Most commands ask a commit for its settings, its lock and its pointers only: these are listed apart from the rest.
    """

    def __init__(self, git: Git, objects: Objects, commit: str, label: str | None = None) -> None:
        self._git, self._objects, self.commit = git, objects, commit
        self.label = label or commit[:7]

    @cached_property
    def blobs(self) -> Mapping[str, tuple[str, str]]:
        """Mode and object id of every path below ``prompts/``, and of promptctl.toml."""
        return self._listed("prompts", "promptctl.toml")

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
        shared = "blobs" not in self.__dict__ and _is_shared(path)
        mode, object_id = (self._shared if shared else self.blobs).get(path, ("", None))
        return object_id if mode in _REGULAR else None

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

"""Where prompt files come from: the work tree, a commit, or a made-up mapping in a test."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol


class Tree(Protocol):
    """The files of one state of the repository. Paths are POSIX, relative to the repository's root."""

    @property
    def label(self) -> str:
        """How the state is called in messages: empty for the work tree, else a revision."""

    def files(self) -> Collection[str]:
        """Every regular file below ``prompts/``, and ``promptctl.toml`` if there is one."""

    def special(self) -> Collection[str]:
        """What stands below ``prompts/`` and is no regular file: symbolic links, devices, submodules."""

    def read(self, path: str) -> bytes:
        """A file's bytes. Raises UsageError when there is no such file."""


@dataclass(frozen=True, slots=True)
class TextTree:
    """A tree in memory."""

    contents: Mapping[str, str]
    label: str = ""
    links: Collection[str] = field(default_factory=tuple)

    def files(self) -> Collection[str]:
        return self.contents.keys()

    def special(self) -> Collection[str]:
        return self.links

    def read(self, path: str) -> bytes:
        return self.contents[path].encode()


@dataclass(frozen=True, slots=True)
class ChangedTree:
    """A tree with some of its files replaced, to see what a change would do before it is written."""

    tree: Tree
    changes: Mapping[str, bytes]

    @property
    def label(self) -> str:
        return self.tree.label

    def files(self) -> Collection[str]:
        return self.tree.files()

    def special(self) -> Collection[str]:
        return self.tree.special()

    def read(self, path: str) -> bytes:
        return self.changes[path] if path in self.changes else self.tree.read(path)


def shown(tree: Tree, path: str) -> str:
    """A path as messages show it: ``prompts/x/prompt.yaml`` in the work tree, ``a1b2c3d:prompts/…`` elsewhere."""
    return f"{tree.label}:{path}" if tree.label else path

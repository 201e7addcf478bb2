"""Trees that lie nowhere: files in memory, and a tree with some of its files replaced."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from promptctl.core.files.tree import Tree, within


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

    def below(self, folder: str) -> Collection[str]:
        return within(self.files(), folder)

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

    def below(self, folder: str) -> Collection[str]:
        return self.tree.below(folder)

    def read(self, path: str) -> bytes:
        return self.changes[path] if path in self.changes else self.tree.read(path)

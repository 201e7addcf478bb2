"""Where prompt files come from: the work tree, a commit, or a made-up mapping in a test."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
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

    def below(self, folder: str) -> Collection[str]:
        """The regular files in a folder below ``prompts/``."""

    def read(self, path: str) -> bytes:
        """A file's bytes. Raises UsageError when there is no such file."""


class Files(Collection[str]):
    """The regular files of a tree: whether one is there can be asked without listing all of them."""

    def __init__(self, holds: Callable[[str], bool], listed: Callable[[], Collection[str]]) -> None:
        self._holds, self._listed = holds, listed

    def __contains__(self, path: object) -> bool:
        return isinstance(path, str) and self._holds(path)

    def __iter__(self) -> Iterator[str]:
        return iter(self._listed())

    def __len__(self) -> int:
        return len(self._listed())


def within(paths: Iterable[str], folder: str) -> list[str]:
    """Those of the paths that are in a folder."""
    return [path for path in paths if path.startswith(f"{folder}/")]


def shown(tree: Tree, path: str) -> str:
    """A path as messages show it: ``prompts/x/prompt.yaml`` in the work tree, ``a1b2c3d:prompts/…`` elsewhere."""
    return f"{tree.label}:{path}" if tree.label else path

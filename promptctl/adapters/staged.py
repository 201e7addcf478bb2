"""A repository seen as its index has it, for what judges the next commit."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from promptctl.adapters.git.index_tree import IndexTree
from promptctl.adapters.known import KnownFiles
from promptctl.adapters.project import Project
from promptctl.adapters.repository import Repository


class StagedRepository(Repository):
    """A repository whose ``work`` is the index."""

    def __init__(self, root: Path, index: Path | None = None) -> None:
        super().__init__(root)
        self._index = index

    @cached_property
    def tree(self) -> IndexTree:
        """The files as staged."""
        return IndexTree(self.git, self.objects, self._index)

    @cached_property
    def work(self) -> Project:
        known = KnownFiles(self.facts, self.tree.content)
        return Project(self.tree, known.by_name("digests"), known)


def staged(root: Path, folder: Path, environment: Mapping[str, str]) -> StagedRepository:
    """The repository at ``root`` with the index that Git hands to a hook run in ``folder``.

    A commit of some paths only has an index of its own.
    """
    named = environment.get("GIT_INDEX_FILE")
    return StagedRepository(root, (folder / named).resolve() if named else None)

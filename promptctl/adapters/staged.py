"""A repository seen as its index has it, for what judges the next commit."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from promptctl.adapters.git.index_tree import IndexTree
from promptctl.adapters.known import KnownFiles
from promptctl.adapters.project import Project
from promptctl.adapters.repository import Repository

if TYPE_CHECKING:
    from promptctl.adapters.git.objects import Objects


class StagedRepository(Repository):
    """A repository whose ``work`` is the index."""

    def __init__(self, root: Path, tree: IndexTree) -> None:
        super().__init__(root)
        self.git, self._tree = tree.git, tree

    @cached_property
    def objects(self) -> Objects:
        return self._tree.objects

    @cached_property
    def work(self) -> Project:
        known = KnownFiles(self.facts, self._tree.content)
        return Project(self._tree, known.by_name("digests"), known)

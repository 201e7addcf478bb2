"""What a hook looks at, and what it answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from promptctl.adapters.git.index_tree import PATHS, IndexChange, IndexTree

if TYPE_CHECKING:
    from promptctl.adapters.staged import StagedRepository
    from promptctl.core.lint.finding import Finding

BASE = "PRE_COMMIT_FROM_REF"
"""Where a runner of hooks says which commit to start from when it judges commits and not the index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HookResult:
    """``findings`` sorted by file and place; ``judged`` says what was looked at, ``note`` what could not be judged.

    ``next`` is the repairing command.
    """

    findings: tuple[Finding, ...] = ()
    judged: str = "nothing to judge"
    note: str | None = None
    next: str | None = None

    @property
    def ok(self) -> bool:
        """False with any error or warning."""
        return not any(finding.fails for finding in self.findings)


class Staged:
    """The index, the files that were named, and what differs from the commit before, which Git starts to look for."""

    def __init__(self, root: Path, tree: IndexTree, named: Collection[str], environment: Mapping[str, str]) -> None:
        self._root, self.tree, self.environment = root, tree, environment
        self._named = frozenset(path for path in named if path == PATHS[1] or path.startswith(f"{PATHS[0]}/"))
        tree.expect_changes(self.base)
        if self._named:
            tree.expect_files()

    @property
    def base(self) -> str:
        """The commit before."""
        return self.environment.get(BASE) or "HEAD"

    @cached_property
    def repository(self) -> StagedRepository:
        """The repository as the index has it."""
        from promptctl.adapters.staged import StagedRepository

        return StagedRepository(self._root, self.tree)

    @cached_property
    def changes(self) -> tuple[IndexChange, ...]:
        """What differs from the commit before: everything where there is none."""
        found = self.tree.changes(self.base)
        if found is not None:
            return found
        blobs = self.tree.blobs.items()
        return tuple(IndexChange(path=path, before=None, after=object_id) for path, (_, object_id) in blobs)

    @cached_property
    def paths(self) -> frozenset[str]:
        """The paths to judge: those named, and those that differ, deleted ones among them."""
        return self._named | {change.path for change in self.changes}

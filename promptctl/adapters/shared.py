"""A repository for who writes from elsewhere: the shared branches alone count, and each writer keeps to some places."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from promptctl.adapters.pinned import PinnedRepository
from promptctl.adapters.project import Project
from promptctl.adapters.repository import Repository
from promptctl.core.moves.pointer import environment_of
from promptctl.errors import StateError

FORBIDDEN = "PC317"


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Who writes: the ``caller`` as commits name him, his committer's ``name``, and the ``environments`` that he may
    change; None: all."""

    caller: str
    name: str
    environments: frozenset[str] | None = None


class SharedRepository(Repository):
    """Its files are those of the default branch as last fetched, whatever lies in the work tree."""

    def __init__(self, root: Path, writer: Writer) -> None:
        """Raises StateError where the default branch has no commit, or was not fetched."""
        super().__init__(root, writer=writer.name)
        self._permitted = writer.environments
        self._shared = PinnedRepository(root).commit
        self.caller = writer.caller

    @property
    def work(self) -> Project:  # not cached: a fetch brings other files
        return self.at(self._shared)

    def fetch(self, prompts: Sequence[str] | None = ()) -> frozenset[str]:
        absent = super().fetch(prompts)
        self._shared = self.default_commit or self._shared
        return absent

    def require_permitted(self, paths: Iterable[str]) -> None:
        """Raises StateError for a file of an environment that is not the writer's."""
        found = {environment_of(path) for path in paths} - {None}
        if self._permitted is not None and (others := found - self._permitted):
            raise StateError(FORBIDDEN, f"{self.caller} may not write to {', '.join(sorted(map(str, others)))}")

"""A repository as its shared branches were at one moment, whatever is fetched or lies in the work tree afterwards."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from promptctl.adapters.git.branches import last_seen
from promptctl.adapters.project import Project
from promptctl.adapters.repository import Repository
from promptctl.errors import StateError

NOTHING_COMMITTED = "PC116"


class PinnedRepository(Repository):
    """Its files are those of the default branch's commit, and each branch stays at the commit first seen."""

    def __init__(self, root: Path) -> None:
        """Raises StateError where the default branch has no commit, or was not fetched."""
        now = Repository(root)
        commit = now.default_commit
        if commit is None:
            message = f"{now.default_branch} has no commit to read prompts from"
            raise StateError(NOTHING_COMMITTED, message, hint="commit promptctl.toml and prompts/")
        super().__init__(root, rule=commit)
        self.commit, self._seen = commit, {now.default_branch: commit}

    @cached_property
    def work(self) -> Project:
        return self.at(self.commit)

    def commit_last_seen(self, branch: str) -> str | None:
        if branch not in self._seen:
            found = last_seen(self.git, self.remote, branch, absent=False)
            self._seen[branch] = found[1] if found else ""
        return self._seen[branch] or None

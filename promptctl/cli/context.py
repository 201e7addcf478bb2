"""What a command is given: the repository around the current folder, opened on first use."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from promptctl.adapters.project import Project
from promptctl.adapters.work_tree import WorkTree, find_root
from promptctl.cli.output import Output

if TYPE_CHECKING:
    from promptctl.adapters.git.program import Git


class Context:
    """The only composition: folder, project, Git, the clock and the output."""

    def __init__(self, directory: Path, output: Output) -> None:
        self.directory, self.output = directory, output

    @cached_property
    def root(self) -> Path:
        """The repository's top. Raises UsageError outside one."""
        return find_root(self.directory)

    @cached_property
    def project(self) -> Project:
        """The work tree's prompts and settings."""
        return Project(WorkTree(self.root))

    @cached_property
    def git(self) -> Git:
        """The repository's Git. Raises UsageError when the folder is not under Git."""
        from promptctl.adapters.git.program import open_git

        return open_git(self.root)

    @cached_property
    def now(self) -> datetime:
        """The time this command started, UTC."""
        return datetime.now(UTC)

"""What a command is given: the repository around the current folder, opened on first use."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from promptctl.cli.output import Output

if TYPE_CHECKING:
    from promptctl.adapters.repository import Repository


def in_ci() -> bool:
    """Whether this runs in a pipeline, as runners say it: ``CI`` is set, and not to nothing, 0 or false."""
    return os.environ.get("CI", "") not in ("", "0", "false")


class Context:
    """The only composition: folder, repository, the clock and the output."""

    def __init__(self, directory: Path, output: Output) -> None:
        self.directory, self.output = directory, output

    @cached_property
    def repository(self) -> Repository:
        """The repository around the folder. Raises UsageError outside one."""
        from promptctl.adapters.repository import Repository
        from promptctl.adapters.work_tree import find_root

        return Repository(find_root(self.directory))

    @property
    def landed(self) -> str | None:
        """What this command has done that cannot be taken back any more."""
        return self.repository.landed if "repository" in self.__dict__ else None

    def keep_facts(self) -> None:
        """Keeps what was found out about the repository, for the next command."""
        if "repository" in self.__dict__:
            self.repository.facts.save()

    @cached_property
    def now(self) -> datetime:
        """The time this command started, UTC."""
        return datetime.now(UTC)

"""What a command is given: the repository around the current folder, opened on first use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from promptctl.cli.output import Output
from promptctl.errors import PromptctlError

if TYPE_CHECKING:
    from promptctl.adapters.repository import Repository


MOST_NAMED = 3
"""Rewritten tags that every command names; ``verify`` names all."""


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

    def rewritten(self) -> Iterator[str]:
        """What the remote did to release tags that this clone knew, where the command asked who the remote is."""
        repository: Repository | None = self.__dict__.get("repository")
        if repository is None or "remote" not in repository.__dict__:
            return
        with suppress(PromptctlError):
            found = repository.rewritten
            for it in found[:MOST_NAMED]:
                called, was = it.ref.removeprefix("refs/tags/"), it.was[:12]
                done = f"has {called} otherwise than before ({was}, now {it.now[:12]})" if it.now else f"lost {called}"
                yield f"warning: {repository.remote} {done}; look: promptctl verify"
            if len(found) > MOST_NAMED:
                yield f"warning: and {len(found) - MOST_NAMED} more"

    def other_policy(self) -> tuple[str, ...]:
        """What whoever is refused should know: that the settings here are not those that refuse it."""
        asked = "repository" in self.__dict__ and "default_branch" in self.repository.__dict__
        note = None
        with suppress(PromptctlError):
            note = self.repository.policy_note if asked else None
        return (note,) if note else ()

    def keep_facts(self) -> None:
        """Keeps what was found out about the repository, for the next command."""
        if "repository" in self.__dict__:
            self.repository.facts.save()

    @cached_property
    def now(self) -> datetime:
        """The time this command started, UTC."""
        return datetime.now(UTC)

"""A command that is struck: where it begins, and how one tells that it is done."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.shipping import line, run
from tests.support import SETTINGS, GitRepository


def nothing(repository: GitRepository) -> None:
    """The line as it is."""


def passes(*command: str) -> Callable[[GitRepository], bool]:
    """Whether a command exits 0."""
    return lambda repository: run(repository, *command).code == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A command, where it begins, and whether it is ``done``. ``ships`` tells that it moves refs, not files alone;
    ``code`` is its exit code once it did what it decided, ``repeated`` that of doing it again when it is done. It may
    change nothing in the repository but ``only``, where that is given: keys of a snapshot. ``configures`` are sections
    of Git's configuration that it may write in part; ``whole`` says of a file that is neither as before nor as after
    whether it is complete all the same. ``module`` is the program, ``again`` the command that has to work after it,
    where that is another one."""

    arguments: tuple[str, ...]
    done: Callable[[GitRepository], bool]
    module: str = "promptctl"
    again: tuple[str, ...] = ()
    arrange: Callable[[GitRepository], None] = nothing
    remote: bool = True
    settings: str = SETTINGS
    ships: bool = True
    code: int = 0
    repeated: int = 0
    only: frozenset[str] | None = None
    configures: tuple[str, ...] = ()
    whole: Callable[[bytes], bool] = lambda _: False

    @property
    def line(self) -> tuple[str, ...]:
        """What follows ``python``."""
        return ("-m", self.module, *self.arguments)

    def begin(self, folder: Path) -> GitRepository:
        """The repository ``work`` below ``folder``, ready for the command."""
        repository = line(folder, self.settings, remote=self.remote, staged=("1.0.0", "1.1.0"))
        if self.settings == SETTINGS:
            level(repository)
        self.arrange(repository)
        return repository


def lives_in(folder: Path) -> None:
    """This process and those it starts have caches, data and temporary files of their own, beside the repository."""
    (folder / "tmp").mkdir(exist_ok=True)
    for name in ("cache", "data"):
        os.environ[f"PROMPTCTL_{name.upper()}_DIR"] = str(folder / name)
    os.environ["TMPDIR"] = str(folder / "tmp")


def level(repository: GitRepository) -> None:
    """The work tree has what was published."""
    repository.git("reset", "-q", "--hard", "origin/main" if repository.git("remote") else "main")

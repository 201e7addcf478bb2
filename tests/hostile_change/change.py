"""One hostile pull request, as a value: what it commits, what the check has to say of it, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

CANARY, SERVER, SECRETS = "@CANARY@", "@SERVER@", "@SECRETS@"
"""Stand in texts for a folder that stays empty unless something ran, a server that nobody must ask, a folder of
files that nobody must read."""


ASKING = ("--max-cost", "1")
"""Who judges with a budget asks the team's providers for what is not recorded, and nobody else."""


@dataclass(frozen=True, slots=True)
class Link:
    """A symbolic link as Git keeps it."""

    target: str


@dataclass(frozen=True, slots=True)
class Gitlink:
    """A submodule at some commit."""

    commit: str = "1234567890" * 4


@dataclass(frozen=True, slots=True)
class Program:
    """A file that may be executed."""

    text: str


Content = str | bytes | Link | Gitlink | Program | None
"""None takes a file away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A commit of a stranger on main.

    ``lock``: its author runs ``promptctl lock`` first, so that only the harm remains; ``evaluated``: and ``promptctl
    eval``, with a provider who says what is wished. ``outcome`` is what the check says (``no``: it fails, or could not
    judge), ``where`` the file that an error of it names, ``says`` a pattern in what is said there. ``runs``: a member's
    suite may run it, whom plain ``ci`` trusts. ``tags`` are pushed with it, ``options`` are the check's. What is
    ``heavy`` takes long.
    """

    name: str
    files: Mapping[str, Content] = field(default_factory=dict)
    outcome: str = "fail"
    where: str | None = None
    says: str = ""
    lock: bool = False
    evaluated: bool = False
    author: str = "Mallory <mallory@example.org>"
    message: str = "Improve the prompts"
    branch: str = "topic"
    title: str = "Improve the prompts"
    tags: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    runs: bool = False
    heavy: bool = False

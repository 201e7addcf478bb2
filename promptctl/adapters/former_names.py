"""Names that prompts had before, and those that several claim."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from promptctl.core.suggestion import suggest
from promptctl.errors import Problem, UsageError

if TYPE_CHECKING:
    from promptctl.adapters.project import Project

CONTESTED = "PC297"


def claims(project: Project) -> Mapping[str, tuple[str, ...]]:
    """Old names, each with the prompts that say they were called so. Raises what reading a prompt raises."""
    found: dict[str, tuple[str, ...]] = {}
    for name in project.names:
        if b"formerly" in project.tree.read(f"prompts/{name}/prompt.yaml"):
            for old in dict.fromkeys(project.prompt(name).formerly):
                found[old] = (*found.get(old, ()), name)
    return found


def meant_by(project: Project, name: str) -> str | None:
    """What a name that no prompt has may stand for, as a hint: the prompt that was called so, else the nearest name."""
    with suppress(UsageError):
        if today := project.former.get(name):
            return f"it is called {today} now"
    return suggest(name, list(project.names))


def ambiguous(old: str, names: Sequence[str]) -> UsageError:
    """The error for a name that leads to several prompts."""
    message = f"`{old}` was the name of {' and of '.join(names)}"
    return UsageError(CONTESTED, message, hint=f"say {names[0]}, and leave `formerly` in one of them")


def contested(project: Project) -> Iterator[Problem]:
    """Where a prompt claims a name that another one claims before it."""
    for old, names in project.claims.items():
        for name in names[1:]:
            prompt = project.prompt(name)
            message = f"`{old}` was the name of {names[0]} already"
            place = ("formerly", prompt.formerly.index(old))
            yield prompt.document.problem(CONTESTED, message, place, "leave it in one of them")

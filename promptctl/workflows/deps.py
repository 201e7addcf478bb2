"""``deps``: what prompts include, and what includes a prompt or partial."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from promptctl.adapters.project import Project
from promptctl.core.prompts.dependencies import Dependency, edges, reversed_edges, tree
from promptctl.core.suggestion import suggest
from promptctl.errors import DocumentError, UsageError

UNKNOWN_PARTIAL = "PC033"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependencies:
    """A tree for each name that was asked for; ``reverse`` tells that it leads to users, not to what is used."""

    trees: tuple[Dependency, ...]
    reverse: bool


def deps(project: Project, names: Sequence[str] = (), *, reverse: bool = False) -> Dependencies:
    """Trees of the named prompts and partials (paths below ``prompts/``); without names of everything there is.

    Raises UsageError for unknown names, DocumentError when a file that matters for the answer is malformed: whatever
    is asked of all prompts needs all of them.
    """
    roots = [_known(project, name) for name in names]
    if names and not reverse and not any(root.endswith(".j2") for root in roots):
        forward = edges(project.closure(root) for root in roots)
    else:
        forward = _all_edges(project)
    along = reversed_edges(forward) if reverse else forward
    if not roots:
        roots = sorted(name for name in along if along[name]) if reverse else list(project.names)
    return Dependencies(trees=tuple(tree(root, along) for root in dict.fromkeys(roots)), reverse=reverse)


def _known(project: Project, name: str) -> str:
    if not name.endswith(".j2"):
        return project.find(name)
    path = name.removeprefix("prompts/")
    if f"prompts/{path}" not in project.tree.files():
        partials = [file.removeprefix("prompts/") for file in project.tree.files() if file.endswith(".j2")]
        raise UsageError(UNKNOWN_PARTIAL, f"there is no partial prompts/{path}", hint=suggest(path, partials))
    return path


def _all_edges(project: Project) -> dict[str, list[str]]:
    closures, errors = project.readable()
    if errors:
        problems = dict.fromkeys(problem for error in errors for problem in error.problems)
        raise DocumentError(tuple(problems))
    return edges(closures.values())

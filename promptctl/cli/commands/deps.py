"""``promptctl deps [NAME…]``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

from promptctl.cli.context import Context
from promptctl.cli.options import NamesArgument
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Option

if TYPE_CHECKING:
    from promptctl.core.prompts.dependencies import Dependency
    from promptctl.workflows.deps import Dependencies


def command(
    context: Context,
    names: NamesArgument = None,
    reverse: Annotated[bool, Option("--reverse", help="What includes it, instead of what it includes.")] = False,
) -> Answer:
    """Show what prompts include, as trees. NAME can be a partial too: shared/tone.j2."""
    from promptctl.workflows.deps import deps as run

    found = run(context.repository.work, names or (), reverse=reverse)
    return Answer(data=data(found), view=lambda: "\n".join(view(found)))


def data(found: Dependencies) -> dict[str, Any]:
    return {"reverse": found.reverse, "trees": [dependency.to_dict() for dependency in found.trees]}


def view(found: Dependencies) -> Iterator[str]:
    """A tree for each name."""
    for dependency in found.trees:
        nothing = "" if dependency.inner else "  (nothing includes it)" if found.reverse else "  (includes nothing)"
        yield dependency.name + nothing
        yield from _branches(dependency, "")


def _branches(dependency: Dependency, indent: str) -> Iterator[str]:
    for index, inner in enumerate(dependency.inner):
        last = index == len(dependency.inner) - 1
        yield f"{indent}{'└── ' if last else '├── '}{inner.name}{' (shown above)' if inner.repeated else ''}"
        yield from _branches(inner, indent + ("    " if last else "│   "))

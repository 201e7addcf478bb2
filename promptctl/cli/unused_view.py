"""What ``list --unused`` shows."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from promptctl.cli.context import Context
from promptctl.cli.output import Answer
from promptctl.cli.tables import table

if TYPE_CHECKING:
    from promptctl.workflows.unused import UnusedResult


def unused_answer(context: Context, called: Collection[tuple[str, str]]) -> Answer:
    """The answer for what nothing leads to, but for prompts and versions that were called."""
    from promptctl.workflows.unused import unused

    result = unused(context.repository, called)
    data = {
        "unused": [
            {"name": it.name, "served": it.served, "versions": list(map(str, it.versions))} for it in result.prompts
        ],
        "state": result.state,
    }
    old = next(((it.name, it.versions[0]) for it in result.prompts if it.served), None)
    following = f"promptctl retire {old[0]}@{old[1]} --reason …" if old else None
    return Answer(data=data, view=lambda: _view(result), note=f"as {result.state} says", next=following)


def _view(result: UnusedResult) -> Any:
    if not result.prompts:
        return "nothing is unused"
    why = {False: "no environment serves it", True: "served, but not as"}
    rows = [(it.name, why[it.served], ", ".join(map(str, it.versions))) for it in result.prompts]
    return table(("prompt", "why", "versions"), rows)

"""``promptctl history``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from promptctl.answers.history import data
from promptctl.cli.context import Context
from promptctl.cli.move_text import move_text
from promptctl.cli.options import PromptArgument
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Option
from promptctl.cli.tables import table

if TYPE_CHECKING:
    from promptctl.workflows.history import HistoryResult, MoveRow, ServedRow, VersionRow


def command(
    context: Context,
    name: PromptArgument,
    environment: Annotated[str | None, Option("--env", metavar="ENV", help="Moves of this environment only.")] = None,
    at: Annotated[
        str | None, Option("--at", metavar="TIME", help="What --env, or each, served at a time, ISO 8601.")
    ] = None,
) -> Answer:
    """List the versions of a prompt, newest first, and its moves in every environment."""
    from promptctl.workflows.history import history, served_at

    if at:
        return _at(name, at, served_at(context.repository, name, at, environment))
    result = history(context.repository, name, environment)
    following = None if result.ok else f"promptctl verify {result.name}"
    return Answer(data=lambda: data(result), view=lambda: _text(result), ok=result.ok, next=following)


def _at(name: str, at: str, rows: Sequence[ServedRow]) -> Answer:
    served = [
        {
            "environment": row.environment,
            "version": str(row.version) if row.version else None,
            "digest": row.digest,
        }
        for row in rows
    ]
    cells = [(row.environment, str(row.version or "nothing"), row.digest or "") for row in rows]
    found = {"prompt": name, "at": at, "served": served}
    return Answer(data=found, view=lambda: table(("env", "version", "digest"), cells))


def _text(result: HistoryResult) -> str:
    rows = [
        (
            str(row.version),
            (row.tagged or "not tagged")[:10],
            (row.digest or "")[:19],
            _remarks(row),
        )
        for row in result.versions
    ]
    if not rows and not result.moves:
        return f"{result.name} has no release and no moves"
    parts = [table(("version", "tagged", "digest", "live in"), rows)]
    if result.moves:
        parts.append(table(("at", "env", "move", "by", "reason"), [_move_cells(row) for row in result.moves]))
    return "\n\n".join(parts)


def _remarks(row: VersionRow) -> str:
    places = [*row.live, *row.arms]
    said = [", ".join(places)] if places else []
    said += [f"retired: {row.retired}"] if row.retired else []
    said += [f"DISAGREES: {row.fault}"] if row.fault else []
    return "; ".join(said)


def _move_cells(row: MoveRow) -> tuple[str, ...]:
    move = row.move
    return (move.at, row.environment, move_text(move), move.by, move.reason or "")

"""``promptctl history``."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from promptctl.cli.context import Context
from promptctl.cli.options import NameArgument
from promptctl.cli.output import Answer
from promptctl.cli.tables import plain_table
from promptctl.workflows.history import HistoryResult, MoveRow, VersionRow, history
from promptctl.workflows.resolve import resolve


def command(
    context: Context,
    name: NameArgument,
    environment: Annotated[
        str | None, typer.Option("--env", metavar="ENV", help="Moves of this environment only.")
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="What --env served at a time, ISO 8601.")
    ] = None,
) -> Answer:
    """List the versions of a prompt, newest first, and its moves in every environment."""
    if at:
        found = resolve(context.repository, f"{name}@{environment or 'prod'}@{{{at}}}")
        data = {"prompt": found.name, "at": at, "version": str(found.version), "digest": found.digest}
        return Answer(data=data, view=lambda: f"{found.name} {found.version} {found.digest}")
    result = history(context.repository, name, environment)
    listed: dict[str, Any] = {
        "prompt": result.name,
        "versions": [_version(row) for row in result.versions],
        "moves": [_move(row) for row in result.moves],
    }
    return Answer(data=listed, view=lambda: _text(result))


def _version(row: VersionRow) -> dict[str, Any]:
    return {
        "version": str(row.version),
        "digest": row.digest,
        "tagged": row.tagged,
        "commit": row.commit,
        "live": list(row.live),
        "retired": row.retired,
    }


def _move(row: MoveRow) -> dict[str, Any]:
    return {"environment": row.environment, **row.move.to_dict(None)}


def _text(result: HistoryResult) -> str:
    rows = [
        (
            str(row.version),
            (row.tagged or "not tagged")[:10],
            (row.digest or "")[:19],
            ", ".join(row.live) + (f"retired: {row.retired}" if row.retired else ""),
        )
        for row in result.versions
    ]
    parts = [plain_table(("version", "tagged", "digest", "live in"), rows)]
    if result.moves:
        parts.append(plain_table(("at", "env", "move", "by", "reason"), [_move_cells(row) for row in result.moves]))
    return "\n\n".join(parts)


def _move_cells(row: MoveRow) -> tuple[str, ...]:
    move = row.move
    after = move.served.version if move.served else "nothing"
    return (move.at, row.environment, f"{move.kind} {move.source or 'nothing'} -> {after}", move.by, move.reason or "")

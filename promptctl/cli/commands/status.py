"""``promptctl status``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from promptctl.cli.context import Context
from promptctl.cli.output import Answer
from promptctl.cli.tables import plain_table

if TYPE_CHECKING:
    from promptctl.workflows.status import StatusResult, StatusRow


def command(context: Context) -> Answer:
    """Show every prompt, how its files stand to the lock, and what each environment serves."""
    context.repository.expect_files()
    from promptctl.workflows.status import status

    result = status(context.repository)
    following = None if result.rows else "promptctl new NAME"
    return Answer(data=lambda: data(result), view=lambda: _text(result), note=result.note, next=following)


def data(result: StatusResult) -> dict[str, Any]:
    return {
        "prompts": [_row(row) for row in result.rows],
        "environments": list(result.environments),
        "read": result.read,
        "frozen": dict(result.frozen),
        "unsent": list(result.unsent),
        "broken": list(result.broken),
        "note": result.note,
    }


def _row(row: StatusRow) -> dict[str, Any]:
    return {
        "prompt": row.name,
        "files": row.files,
        "locked": str(row.locked) if row.locked else None,
        "served": {environment: pointer.served.to_dict() for environment, pointer in row.served.items()},
    }


def _text(result: StatusResult) -> str:
    if not result.rows:
        return "no prompts yet"
    rows = [_cells(row, result.environments) for row in result.rows]
    lines = [plain_table(("prompt", "files", "lock", *result.environments), rows), f"read {result.read}"]
    lines += [f"frozen: {environment}: {reason}" for environment, reason in result.frozen.items()]
    lines += [f"here only: {moved}; the next write sends it" for moved in result.unsent]
    lines += [f"broken: {broken}; promptctl drift" for broken in result.broken]
    return "\n".join(lines)


def _cells(row: StatusRow, environments: tuple[str, ...]) -> tuple[str, ...]:
    served = [str(row.served[where].served.version) if where in row.served else "-" for where in environments]
    return (row.name, row.files, str(row.locked) if row.locked else "-", *served)

"""``history`` as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from promptctl.workflows.history import HistoryResult, MoveRow, VersionRow


def data(result: HistoryResult) -> dict[str, Any]:
    """Versions and moves, newest first."""
    return {
        "prompt": result.name,
        "versions": [version_row(row) for row in result.versions],
        "moves": [_move(row) for row in result.moves],
    }


def version_row(row: VersionRow) -> dict[str, Any]:
    """One version."""
    return {
        "version": str(row.version),
        "digest": row.digest,
        "tagged": row.tagged,
        "commit": row.commit,
        "live": list(row.live),
        "arms": list(row.arms),
        "retired": row.retired,
        "fault": row.fault,
    }


def _move(row: MoveRow) -> dict[str, Any]:
    return {"environment": row.environment, **row.move.to_dict(None)}

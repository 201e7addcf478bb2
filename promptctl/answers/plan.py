"""``plan`` as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from promptctl.workflows.plan import PlanResult, PlanRow


def data(result: PlanResult) -> dict[str, Any]:
    """What a promotion would change, and what stands against each move."""
    moves = [_row(row) for row in result.rows]
    return {"environment": result.environment, "read": result.read, "moves": moves, "note": result.note}


def _row(row: PlanRow) -> dict[str, Any]:
    move = row.move
    return {
        "prompt": move.release.name,
        "direction": move.direction,
        "from": move.live.served.to_dict() if move.live else None,
        "to": {"version": str(move.release.version), "digest": move.release.digest},
        "class": move.change.change if move.change else None,
        "reasons": [f"{it.field}: {it.message}" for it in move.change.reasons] if move.change else [],
        "diff": row.diff.to_dict() if row.diff else None,
        "gate": {"ok": row.gate.ok, "sentence": row.gate.sentence} if row.gate else None,
        "refusals": [
            {"code": problem.code, "message": problem.message, "hint": problem.hint} for problem in row.refusals
        ],
        "calls": [finding.to_dict() for finding in row.calls],
        "approvals": {"agreed": list(row.approvals.counted.agreed), "needed": row.approvals.needed},
    }

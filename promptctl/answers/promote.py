"""``promote`` as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from promptctl.answers.published import published_data

if TYPE_CHECKING:
    from promptctl.workflows.promote import Moved, PromoteResult


def data(result: PromoteResult) -> dict[str, Any]:
    """What moved, what was there already, what the gate refused, and the commit."""
    return {
        "environment": result.environment,
        "moved": [_moved(move) for move in result.moved],
        "already": [{"prompt": move.name, **move.after.to_dict()} for move in result.already],
        "refused": [{"prompt": name, "sentence": gate.sentence, **gate.summary} for name, gate in result.refused],
        "published": published_data(result.published),
        "note": result.note,
    }


def _moved(move: Moved) -> dict[str, Any]:
    return {
        "prompt": move.name,
        "from": move.before.to_dict() if move.before else None,
        "to": move.after.to_dict(),
        "direction": move.direction,
        "gate": move.gate.sentence if move.gate else None,
    }

"""What happened to a prompt as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from promptctl.workflows.timeline import Told


def data(told: Sequence[Told]) -> list[dict[str, Any]]:
    """Everything, newest first; what only moves have is empty elsewhere."""
    return [_row(it) for it in told]


def _row(it: Told) -> dict[str, Any]:
    return {
        "at": it.at,
        "kind": it.kind,
        "version": it.version,
        "environment": it.environment,
        "by": it.by,
        "reason": it.reason,
        "commit": it.commit,
        "from": it.move.source if it.move else None,
        "approvals": list(it.move.approvals) if it.move else [],
        "evidence": it.move.evidence if it.move else None,
        "notes": list(it.move.notes) if it.move else [],
        "split": it.move.split if it.move else None,
    }

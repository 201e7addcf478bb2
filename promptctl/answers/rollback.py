"""``rollback`` as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from promptctl.answers.published import published_data

if TYPE_CHECKING:
    from promptctl.workflows.rollback import RollbackResult


def data(result: RollbackResult, environment: str) -> dict[str, Any]:
    """What was served, what is now, and the commit that says so."""
    return {
        "prompt": result.name,
        "environment": environment,
        "from": result.before.to_dict() if result.before else None,
        "to": result.after.to_dict(),
        "ended": result.ended,
        "warning": result.warning,
        "published": published_data(result.published),
        "note": result.note,
    }

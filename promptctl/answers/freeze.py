"""``freeze`` and ``unfreeze`` as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from promptctl.answers.published import published_data

if TYPE_CHECKING:
    from promptctl.workflows.freeze import FreezeResult


def data(result: FreezeResult) -> dict[str, Any]:
    """Whether an environment takes promotions now, and whether that is new."""
    return {
        "environment": result.environment,
        "frozen": result.frozen,
        "changed": result.changed,
        "published": published_data(result.published),
        "note": result.note,
    }

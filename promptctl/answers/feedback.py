"""``feedback add`` as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from promptctl.workflows.feedback import FeedbackAdded


def data(added: FeedbackAdded) -> dict[str, Any]:
    """What was kept of which call, and who was told of it."""
    return {
        "call": added.event.id,
        "prompt": added.event.prompt,
        "version": added.event.version,
        "scores": list(added.names),
        "negative": added.negative,
        "told": added.told,
        "untold": added.untold,
    }

"""``events import`` as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from promptctl.workflows.events_import import ImportedEvents


def data(result: ImportedEvents) -> dict[str, Any]:
    """How many rows came, and how many of them the store did not have yet."""
    return {"store": result.store, "rows": result.rows, "added": result.added}

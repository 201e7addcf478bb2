"""The moves of an environment as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from promptctl.workflows.moves import Moved


def row(moved: Moved) -> dict[str, Any]:
    """One move: what was served from then on, who moved it, why, and what the gate saw."""
    return {"prompt": moved.name, **moved.move.to_dict(None)}

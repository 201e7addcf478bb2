"""``list`` as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from promptctl.workflows.list import Listed


def row(listed: Listed) -> dict[str, Any]:
    """One prompt as programs get it."""
    card = listed.card
    return {
        "name": listed.name,
        "version": str(listed.version) if listed.version else None,
        "here": card is not None,
        "model": card.model if card else None,
        "chain": bool(card and card.chain),
        "owner": card.owner if card else "",
        "tags": list(card.tags) if card else [],
        "metadata": dict(card.metadata) if card else {},
        "description": card.description if card else "",
    }

"""How a move is told: from what to what, and what it did to a split."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from promptctl.core.moves.moves import Move


def move_text(move: Move) -> str:
    """One move in a few words."""
    after = move.served.version if move.served else "nothing"
    step = f"{move.kind} {move.source or 'nothing'} -> {after}"
    if move.split is None:
        return step
    called = f"{move.split['kind']} {move.split['id']}"
    if move.kind == "rollback" and move.source == str(after):
        return f"{called}: rolled back, {after} for everybody"
    if move.kind != "split":
        return f"{step} ({called}: {move.split['action']})"
    shares = ", ".join(f"{arm} {percent:g} %" for arm, percent in move.split.get("percents", {}).items())
    return f"{called}: {move.split['action']}, {shares}"

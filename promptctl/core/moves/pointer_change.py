"""Judges a change of a pointer and its moves that somebody is about to commit by hand."""

from __future__ import annotations

from dataclasses import dataclass

from promptctl.core.files.document import Document
from promptctl.core.moves.moves import Moves, parse_moves
from promptctl.core.moves.pointer import moves_path, parse_pointer
from promptctl.core.moves.pointer_drift import pointer_faults
from promptctl.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class PointerFiles:
    """A pointer's file and its moves as one side has them: the texts, None where there is no file."""

    pointer: Document | None = None
    moves: str | None = None


def pointer_change_fault(environment: str, prompt: str, before: PointerFiles, after: PointerFiles) -> str | None:
    """What no command would have done, or None: moves are only added to, and a pointer follows its last move."""
    if before.moves and after.moves is None:
        return "its moves are deleted"
    old, new = before.moves or "", after.moves or ""
    if not new.startswith(old):
        return _taken_back(old, new) if old.startswith(new) else "recorded moves are changed"
    try:
        moves = parse_moves(new, moves_path(environment, prompt)) if new else Moves()
        pointer = parse_pointer(after.pointer, prompt) if after.pointer else None
    except UsageError as error:
        return f"{error} ({error.problem.place})" if error.problem.place else str(error)
    fault = next(pointer_faults(environment, prompt, pointer, moves, 0, lambda path: path), None)
    if fault:
        return fault.message
    changed = before.pointer is not None and after.pointer is not None and before.pointer.value != after.pointer.value
    return "the pointer is changed without a move" if changed and old == new else None


def _taken_back(old: str, new: str) -> str:
    moves = old.count("\n") - new.count("\n")
    return "1 recorded move is taken back" if moves == 1 else f"{moves} recorded moves are taken back"

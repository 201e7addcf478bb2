"""Turns a decided move into the files of one commit: the pointer, and its line in the moves file."""

from __future__ import annotations

from datetime import datetime

from promptctl.adapters.files import yaml_bytes
from promptctl.adapters.state import State
from promptctl.core.lineage import new_lineage
from promptctl.core.moves import Move
from promptctl.core.pointer import Pointer, Served, moves_path, pointer_path


def timestamp(now: datetime) -> str:
    """A time as files spell it: UTC, whole seconds, ``Z``."""
    return now.strftime("%Y-%m-%dT%H:%M:%SZ")


def next_serial(state: State, environment: str, prompt: str) -> int:
    """One more than any serial this pointer ever had."""
    live = state.pointer(environment, prompt)
    return max(state.moves(environment, prompt).serial, live.serial if live else 0) + 1


def move_files(state: State, environment: str, prompt: str, move: Move, now: datetime) -> dict[str, bytes | None]:
    """The pointer after a move (None when it is removed) and the moves file with one more line."""
    live = state.pointer(environment, prompt)
    moves = state.moves(environment, prompt).append(move)
    files: dict[str, bytes | None] = {moves_path(environment, prompt): moves.text.encode()}
    if move.served is None:
        return {pointer_path(environment, prompt): None, **files}
    pointer = Pointer(
        prompt=prompt,
        lineage=live.lineage if live else new_lineage(environment, prompt, state.commit, now),
        serial=move.serial,
        served=move.served,
        previous=live.served if live else _last_served(moves.entries[:-1]),
    )
    comment = f"# Written by promptctl; to change it: promptctl promote {prompt} {environment}\n"
    return {pointer_path(environment, prompt): comment.encode() + yaml_bytes(pointer.to_dict()), **files}


def _last_served(entries: tuple[Move, ...]) -> Served | None:
    return next((move.served for move in reversed(entries) if move.served), None)

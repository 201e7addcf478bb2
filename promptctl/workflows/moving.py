"""Turns a decided move into the files of one commit: the pointer, and its line in the moves file."""

from __future__ import annotations

from datetime import datetime

from promptctl.adapters.repository import Repository, read_lock
from promptctl.adapters.state import State, state_at
from promptctl.adapters.yaml_documents import yaml_bytes, yaml_document
from promptctl.core.moves.lineage import new_lineage
from promptctl.core.moves.moves import Move, Moves
from promptctl.core.moves.pointer import Pointer, Served, moves_path, parse_pointer, pointer_path
from promptctl.core.releases.version import version
from promptctl.core.splits.split import Split
from promptctl.errors import StateError, UsageError
from promptctl.workflows.publish import RACED, Published, describe_last


def check_reason(reason: str) -> str:
    """The reason itself. Raises UsageError for one that says nothing or cannot be stored."""
    if not reason.strip():
        raise UsageError("PC001", "a reason is needed", hint="--reason 'refunds go to the wrong queue'")
    if any("\ud800" <= character <= "\udfff" or character == "\0" for character in reason):
        raise UsageError("PC001", "the reason is not UTF-8 text")
    return reason


def require_expected(repository: Repository, state: State, environment: str, prompt: str, expected: str | None) -> None:
    """Raises StateError where something else is served by now than who asked took it to be; None: nothing. Raises
    UsageError for what is no version."""
    if expected is not None:
        version(expected)
    pointer = state.readable_pointer(environment, prompt)
    served = str(pointer.served.version) if pointer else None
    if served != expected:
        last = describe_last(repository, state.commit, pointer_path(environment, prompt))
        message = f"lost a race: {environment} serves {prompt} {served or 'not at all'} by now: {last}"
        raise StateError(RACED, message, hint="look with promptctl status, then try again")


def require_known(repository: Repository, name: str) -> None:
    """Raises UsageError with the nearest name when nothing anywhere is called so."""
    if name in repository.work.names:
        return
    try:
        locked = name in read_lock(repository.policy).prompts
    except UsageError:
        locked = False
    if not locked:
        repository.policy.find(name)


def as_recorded(
    repository: Repository, published: Published, environment: str, prompt: str
) -> tuple[Served | None, Served | None]:
    """Before and after of the last move in what was published: what a repeated command reports, which only sent it."""
    moves = state_at(repository, published.branch, published.commit).moves(environment, prompt).entries[-2:]
    return (moves[0].served if len(moves) == 2 else None), (moves[-1].served if moves else None)


def next_serial(moves: Moves, live: Pointer | None) -> int:
    """One more than any serial that a pointer and its moves show."""
    return max(moves.serial, live.serial if live else 0) + 1


def move_files(
    state: State,
    environment: str,
    prompt: str,
    live: Pointer | None,
    move: Move,
    now: datetime,
    split: Split | None = None,
) -> dict[str, bytes | None]:
    """The pointer after a move (None when it is removed), with the split it leaves under way, and one more line in the
    moves file. Raises DocumentError for a split that no pointer may have."""
    moves = state.moves(environment, prompt).append(move)
    files: dict[str, bytes | None] = {moves_path(environment, prompt): moves.text.encode()}
    if move.served is None:
        return {pointer_path(environment, prompt): None, **files}
    pointer = Pointer(
        prompt=prompt,
        lineage=live.lineage if live else new_lineage(environment, prompt, state.commit, now),
        serial=move.serial,
        served=move.served,
        previous=_previous(live, move.served) if live else _last_served(moves.entries[:-1]),
        split=split,
    )
    verb, reason = ("rollback", " --reason …") if split else ("promote", "")
    comment = f"# Written by promptctl; to change it: promptctl {verb} {prompt} {environment}{reason}\n"
    path, written = pointer_path(environment, prompt), comment.encode() + yaml_bytes(pointer.to_dict())
    if split:
        # What a split says comes from people. A pointer that cannot be read would leave the prompt unserved.
        parse_pointer(yaml_document(written.decode(), path), prompt)
    return {path: written, **files}


def _previous(live: Pointer, served: Served) -> Served | None:
    return live.previous if live.served == served else live.served


def _last_served(entries: tuple[Move, ...]) -> Served | None:
    return next((move.served for move in reversed(entries) if move.served), None)

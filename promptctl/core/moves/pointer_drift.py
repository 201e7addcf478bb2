"""Where a pointer disagrees with its own moves, or with the serials that its file's history knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from promptctl.core.moves.drift import Drift
from promptctl.core.moves.moves import Moves
from promptctl.core.moves.pointer import Pointer, Served, moves_path, pointer_path


def pointer_faults(
    environment: str, prompt: str, pointer: Pointer | None, moves: Moves, known: int, undo: Callable[[str], str]
) -> Iterator[Drift]:
    """What is wrong with one pointer (None: there is none). ``known`` is the highest serial that history has.

    ``undo`` spells the command that takes back the last change of a file, for what no move can repair.
    """
    live = moves.stack()[-1] if moves.entries else None
    served = pointer.served if pointer else None
    fault = disagreement(pointer, live, moves.serial, moves.split)
    serial = pointer.serial if pointer else moves.serial
    highest = max(moves.serial, known)
    if serial < highest:
        kind = "pointer-rewound"
        message = f"{prompt} stands at serial {serial}, but its history knows {highest}"
    elif fault:
        kind, message = "pointer-broken", fault
    else:
        return
    yield Drift(
        kind=kind,
        prompt=prompt,
        environment=environment,
        message=message,
        repair=_repair(environment, prompt, pointer, moves, undo),
        version=served.version if served else None,
        expected=live.digest if live and live != served else None,
        actual=served.digest if served and live != served else None,
    )


def disagreement(
    pointer: Pointer | None, live: Served | None, serial: int, split: Mapping[str, Any] | None
) -> str | None:
    """How a pointer (None: there is none) contradicts its last move, which made ``live`` with ``serial``; or None.

    ``split`` is what that move says of the split that it left under way.
    """
    served = pointer.served if pointer else None
    if served != live:
        said = [
            _spelled(found, full=bool(served and live and served.version == live.version)) for found in (served, live)
        ]
        return f"the pointer serves {said[0]}, its last move says {said[1]}"
    if pointer and pointer.serial != serial:
        return f"the pointer has serial {pointer.serial}, but its moves end at {serial}"
    found = pointer.split if pointer else None
    if (found.digest if found else None) == (split["digest"] if split else None):
        return None
    if found is None or split is None:
        called = f"the {found.kind} {found.id}" if found else "no split"
        recorded = f"the {split['kind']} {split['id']}" if split else "none"
        return f"the pointer has {called}, its last move says {recorded}"
    return f"the {found.kind} {found.id} in the pointer is not as its last move left it"


def _spelled(served: Served | None, *, full: bool) -> str:
    """A version; where two of them are the same, with the digest."""
    if served is None:
        return "nothing"
    return f"{served.version} ({served.digest})" if full else str(served.version)


def _repair(environment: str, prompt: str, pointer: Pointer | None, moves: Moves, undo: Callable[[str], str]) -> str:
    """The moves are chained and so trusted: what they say is written anew with a serial above all known ones."""
    live = moves.stack()[-1] if moves.entries else None
    if live:
        return f"promptctl rollback {prompt}@{live.version} {environment} --reason …"
    if pointer and moves.entries:
        return f"promptctl remove {prompt} {environment} --reason …"
    return undo(moves_path(environment, prompt) if pointer else pointer_path(environment, prompt))

"""``rollback``: points an environment back. No gate, no approval, no question asked; a new move, never a rewrite."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from promptctl.adapters.git.identity import committer
from promptctl.adapters.repository import Repository
from promptctl.adapters.state import State
from promptctl.core.moves.moves import Move, Moves
from promptctl.core.moves.pointer import Pointer, Served, moves_path, pointer_path
from promptctl.core.moves.pointer_drift import disagreement
from promptctl.core.name import check_name
from promptctl.core.releases.lockfile import LockEntry, Lockfile
from promptctl.core.releases.reference import Reference, parse_reference
from promptctl.core.releases.version import Version
from promptctl.core.timestamp import timestamp
from promptctl.errors import PromptctlError, StateError, UsageError
from promptctl.workflows.moving import (
    as_recorded,
    check_reason,
    move_files,
    next_serial,
    require_expected,
    require_known,
)
from promptctl.workflows.publish import Edit, Published, publish
from promptctl.workflows.releases import read_release
from promptctl.workflows.retirement import retired_versions
from promptctl.workflows.sending import AT_ONCE, Sending
from promptctl.workflows.serials import known_serials

NEVER_LIVE, NOTHING_BEFORE = "PC109", "PC110"


@dataclass(frozen=True, slots=True, kw_only=True)
class RollbackResult:
    """What was served (None: nothing) and what is served now, by everybody; ``ended`` names the split that was."""

    name: str
    environment: str
    before: Served | None
    after: Served
    published: Published
    ended: str | None = None
    warning: str | None = None
    note: str | None = None


def rollback(
    repository: Repository,
    text: str,
    environment: str,
    reason: str,
    now: datetime,
    *,
    expected: str | None = None,
    sending: Sending = AT_ONCE,
) -> RollbackResult:
    """Goes one step back, or to a version that was live; the one that is live is written anew if anything is wrong.
    With the version that is ``expected`` to be served, only from there.

    While the traffic is split, one step back is the stable version for everybody. Any rollback ends the split.

    Raises UsageError for unknown names, StateError when there is nothing to go back to.
    """
    reference = _reference(text, environment)
    check_reason(reason)
    repository.settings.environment(environment)
    retired = _retired(repository, reference.name)
    done: list[tuple[Served | None, Served | None, Mapping[str, Any] | None]] = []

    def build(state: State) -> Edit | None:
        if expected is not None:
            require_expected(repository, state, environment, reference.name, expected)
        moves, live = state.moves(environment, reference.name), state.readable_pointer(environment, reference.name)
        after = _target(repository, moves, reference, environment, retired)
        done[:] = [(live.served if live else None, after, moves.split)]
        serial = _serial(moves, live, after, partial(_known_serial, repository, state, environment, reference.name))
        if serial is None:
            return None
        require_intact(repository, reference.name, after)
        move = _move(repository, serial, live, after, moves.split, reason, now)
        files = move_files(state, environment, reference.name, live, move, now)
        subject = f"roll back {reference.name} in {environment} to {after.version}"
        return Edit(files=files, message=f"{subject}\n\n{reason}")

    operation = shlex.join(["rollback", str(reference), environment])
    published = publish(repository, operation, build, sending=sending, fetch=False)
    if not done:
        done = [(*as_recorded(repository, published, environment, reference.name), None)]
    before, after, split = done[0]
    assert after
    warning = f"{after.version} is retired: {retired[after.version]}" if after.version in retired else None
    return RollbackResult(
        name=reference.name,
        environment=environment,
        before=before,
        after=after,
        published=published,
        ended=f"the {split['kind']} {split['id']}" if split else None,
        warning=warning,
        note=repository.policy_note,
    )


def _serial(moves: Moves, live: Pointer | None, after: Served, ever: Callable[[], int]) -> int | None:
    """The serial of the move to ``after``; None where that is served and nothing is wrong with it.

    ``ever`` is the highest that there was, which takes a look into history: not needed where pointer and moves agree.
    """
    serial, top = next_serial(moves, live), moves.stack()[-1]
    sound = disagreement(live, top, moves.serial, moves.split) is None
    if sound and after != top:
        return serial
    known = ever()
    return None if sound and moves.serial >= known and not moves.split else max(serial, known + 1)


def _reference(text: str, environment: str) -> Reference:
    reference = parse_reference(text)
    check_name(reference.name)
    if reference.ref != "work" and reference.version is None:
        hint = f"promptctl rollback {reference.name} {environment} --reason …"
        raise UsageError("PC003", f"`{reference.ref}` is no version", hint=hint)
    return reference


def _retired(repository: Repository, name: str) -> Mapping[Version, str]:
    """Withdrawn versions; a lock that cannot be read must not stop a rollback."""
    try:
        return retired_versions(repository, name)
    except PromptctlError:
        return {}


def _target(
    repository: Repository, moves: Moves, reference: Reference, environment: str, retired: Mapping[Version, str]
) -> Served:
    name = reference.name
    if not moves.entries:
        require_known(repository, name)
        message = f"{environment} never served {name}"
        raise StateError(NOTHING_BEFORE, message, hint=f"promptctl history {name}")
    if reference.version:
        found = moves.was_live(reference.version)
        if found is None:
            message = f"{name} {reference.version} was never live in {environment}"
            raise StateError(NEVER_LIVE, message, hint=f"promptctl promote {reference} {environment}")
        return found
    if moves.split and (stable := moves.stack()[-1]):
        return stable
    *below, live = moves.stack()
    for served in reversed(below):
        if served and served != live and served.version not in retired:
            return served
    hint = f"promptctl remove {name} {environment} --reason …"
    raise StateError(NOTHING_BEFORE, f"{environment} has nothing to go back to for {name}", hint=hint)


def _known_serial(repository: Repository, state: State, environment: str, name: str) -> int:
    """The highest serial that the pointer's history knows: a reverted commit took it out of files, not of history."""
    pointer, moves = pointer_path(environment, name), moves_path(environment, name)
    return known_serials(repository, state, pointer, moves).get(pointer, 0)


def require_intact(repository: Repository, name: str, served: Served) -> None:
    """The tag must still hold the bytes that were live; the moves are the witness, so that no lock is needed."""
    entry = LockEntry(version=served.version, digest=served.digest, parts={}, releases={served.version: served.digest})
    read_release(repository, name, served.version, {"the move": Lockfile({name: entry})})


def _move(
    repository: Repository,
    serial: int,
    live: Pointer | None,
    after: Served,
    split: Mapping[str, Any] | None,
    reason: str,
    now: datetime,
) -> Move:
    """The line of a rollback, with the end of the ``split`` that the line before speaks of."""
    return Move(
        serial=serial,
        at=timestamp(now),
        kind="rollback",
        served=after,
        by=committer(repository.git).person,
        source=str(live.served.version) if live else None,
        reason=reason,
        split={"kind": split["kind"], "id": split["id"], "action": "rollback", "digest": None} if split else None,
    )

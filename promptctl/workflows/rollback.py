"""``rollback``: points an environment back. No gate, no approval, no question asked; a new move, never a rewrite."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from datetime import datetime

from promptctl.adapters.git.identity import committer
from promptctl.adapters.repository import Repository, read_lock
from promptctl.adapters.state import State, read_state
from promptctl.core.lockfile import LockEntry, Lockfile
from promptctl.core.moves import Move, Moves
from promptctl.core.pointer import Served
from promptctl.core.reference import Reference, parse_reference
from promptctl.core.version import Version
from promptctl.errors import DocumentError, StateError, UsageError
from promptctl.workflows.moving import move_files, next_serial, timestamp
from promptctl.workflows.publish import Edit, Published, publish
from promptctl.workflows.releases import read_release

NEVER_LIVE, NOTHING_BEFORE = "PC109", "PC110"


@dataclass(frozen=True, slots=True, kw_only=True)
class RollbackResult:
    """What was served (None: nothing) and what is served now."""

    name: str
    environment: str
    before: Served | None
    after: Served
    published: Published
    warning: str | None = None


def rollback(
    repository: Repository, text: str, environment: str, reason: str, now: datetime, *, send: bool = True
) -> RollbackResult:
    """Goes one step back, or to a version that was live. Raises StateError when there is nothing to go back to."""
    reference = parse_reference(text)
    if reference.ref != "work" and reference.version is None:
        raise UsageError(
            "PC003", f"`{reference.ref}` is no version", hint=f"promptctl rollback {reference.name} {environment}"
        )
    if not reason.strip():
        raise UsageError("PC001", "a reason is needed", hint="--reason 'refunds go to the wrong queue'")
    repository.settings.environment(environment)
    retired = _retired(repository, reference.name)
    done: list[tuple[Served | None, Served]] = []

    def build(state: State) -> Edit | None:
        done.clear()
        moves = state.moves(environment, reference.name)
        before = moves.stack()[-1] if moves.entries else None
        after = _target(moves, reference, environment, retired)
        done.append((before, after))
        if before == after:
            return None
        _require_intact(repository, reference.name, after)
        return _edit(repository, state, reference.name, environment, before, after, reason, now)

    operation = shlex.join(["rollback", str(reference), environment])
    published = publish(repository, operation, build, send=send, fetch=False)
    before, after = done[0] if done else _as_recorded(read_state(repository), environment, reference.name)
    warning = f"{after.version} is retired: {retired[after.version]}" if after.version in retired else None
    return RollbackResult(
        name=reference.name, environment=environment, before=before, after=after, published=published, warning=warning
    )


def _retired(repository: Repository, name: str) -> dict[Version, str]:
    """Withdrawn versions; a lock that cannot be read must not stop a rollback."""
    try:
        entry = read_lock(repository.policy).prompts.get(name)
    except DocumentError:
        return {}
    return dict(entry.retired) if entry else {}


def _target(moves: Moves, reference: Reference, environment: str, retired: dict[Version, str]) -> Served:
    if not moves.entries:
        message = f"{environment} never served {reference.name}"
        raise StateError(NOTHING_BEFORE, message, hint=f"promptctl history {reference.name}")
    if reference.version:
        found = moves.was_live(reference.version)
        if found is None:
            message = f"{reference.name} {reference.version} was never live in {environment}"
            raise StateError(NEVER_LIVE, message, hint=f"promptctl promote {reference} {environment}")
        return found
    for served in reversed(moves.stack()[:-1]):
        if served and served.version not in retired:
            return served
    message = f"{environment} served nothing before this version of {reference.name}"
    raise StateError(NOTHING_BEFORE, message, hint=f"promptctl remove {reference.name} {environment} --reason …")


def _require_intact(repository: Repository, name: str, served: Served) -> None:
    """The tag must still hold the bytes that were live; the moves are the witness, so that no lock is needed."""
    entry = LockEntry(version=served.version, digest=served.digest, parts={}, releases={served.version: served.digest})
    read_release(repository, name, served.version, {"the move": Lockfile({name: entry})})


def _edit(
    repository: Repository,
    state: State,
    name: str,
    environment: str,
    before: Served | None,
    after: Served,
    reason: str,
    now: datetime,
) -> Edit:
    move = Move(
        serial=next_serial(state, environment, name),
        at=timestamp(now),
        kind="rollback",
        served=after,
        by=committer(repository.git).person,
        source=str(before.version) if before else None,
        reason=reason,
    )
    subject = f"roll back {name} in {environment} to {after.version}"
    return Edit(files=move_files(state, environment, name, move, now), message=f"{subject}\n\n{reason}")


def _as_recorded(state: State, environment: str, name: str) -> tuple[Served | None, Served]:
    """Before and after of the last move: what a repeated command that only sent it reports."""
    last = state.moves(environment, name).entries[-2:]
    assert last[-1].served
    return (last[0].served if len(last) == 2 else None), last[-1].served

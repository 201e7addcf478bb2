"""``history``: every version of a prompt, and every move of it in every environment."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from promptctl.adapters.git.tags import ReleaseTag
from promptctl.adapters.repository import Repository, read_lock
from promptctl.adapters.state import State, read_state
from promptctl.core.moves.moves import Move
from promptctl.core.moves.pointer import Pointer
from promptctl.core.name import check_name
from promptctl.core.releases.lockfile import LockEntry, ordered
from promptctl.core.releases.version import Version
from promptctl.errors import StateError
from promptctl.workflows.release_tags import known_tags, require_tags
from promptctl.workflows.releases import claim_of
from promptctl.workflows.resolve import NOT_SERVED, Resolved, resolve


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """One version: when it was tagged (None: not tagged), its digest, where it is live, why it is retired.

    ``arms`` says where it shares the traffic with another version, and in which arm of a split.

    ``fault`` says that lock and tag name different digests; then ``digest`` is the lock's.
    """

    version: Version
    digest: str | None
    tagged: str | None
    commit: str | None
    live: tuple[str, ...]
    retired: str | None
    fault: str | None = None
    arms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveRow:
    """One move of the prompt in one environment."""

    environment: str
    move: Move


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedRow:
    """What an environment served at a time; None: nothing."""

    environment: str
    version: Version | None = None
    digest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryResult:
    """Versions newest first, moves newest first."""

    name: str
    versions: tuple[VersionRow, ...]
    moves: tuple[MoveRow, ...]

    @property
    def ok(self) -> bool:
        return not any(row.fault for row in self.versions)


def history(repository: Repository, name: str, environment: str | None = None) -> HistoryResult:
    """What was released and moved. Raises UsageError for unknown names, StateError where tags are not here."""
    require_tags(repository, check_name(name))
    if not _known(repository, name):
        name = repository.work.find(name)
    entry = read_lock(repository.policy).prompts.get(name) or read_lock(repository.work).prompts.get(name)
    tags = {tag.version: tag for tag in known_tags(repository, name)}
    if environment:
        repository.settings.environment(environment)
    state = read_state(repository)
    live = _live(state, name)
    known = dict.fromkeys([*(entry.releases if entry else ()), *tags])
    versions = [_row(repository, version, entry, tags.get(version), live) for version in ordered(known)]
    chosen = [environment] if environment else state.moved_environments(name) or list(live)
    after = {where: it.after for where, it in repository.settings.environments.items()}
    return HistoryResult(name=name, versions=tuple(reversed(versions)), moves=_moves(state, name, chosen, after))


def served_at(repository: Repository, name: str, time: str, environment: str | None = None) -> tuple[ServedRow, ...]:
    """What one environment, or each, served at a time.

    Raises UsageError for a time that is none, StateError when the one environment served nothing then.
    """
    if environment:
        repository.settings.environment(environment)
        return (_served_row(resolve(repository, f"{name}@{environment}@{{{time}}}"), environment),)
    rows = []
    for each in repository.settings.environments:
        try:
            rows.append(_served_row(resolve(repository, f"{name}@{each}@{{{time}}}"), each))
        except StateError as error:
            if error.code != NOT_SERVED:
                raise
            rows.append(ServedRow(environment=each))
    return tuple(rows)


def _served_row(found: Resolved, environment: str) -> ServedRow:
    return ServedRow(environment=environment, version=found.version, digest=found.digest)


def _known(repository: Repository, name: str) -> bool:
    """Whether a prompt, a lock or a tag is called so; a former name is asked for only when none is."""
    if name in read_lock(repository.policy).prompts or known_tags(repository, name):
        return True
    return repository.work.has(name) or name in read_lock(repository.work).prompts


def _row(
    repository: Repository,
    version: Version,
    entry: LockEntry | None,
    tag: ReleaseTag | None,
    live: Mapping[str, Pointer],
) -> VersionRow:
    message = claim_of(repository, tag).message if tag else None
    claimed = message.digest if message else None
    agreed = entry.releases.get(version) if entry else None
    fault = f"the tag says {claimed or 'no digest'}" if tag and agreed and agreed != claimed else None
    return VersionRow(
        version=version,
        digest=agreed or claimed,
        tagged=tag.made if tag else None,
        commit=tag.commit if tag else None,
        live=tuple(where for where, pointer in live.items() if pointer.served.version == version),
        arms=tuple(_arms(live, version)),
        retired=entry.retired.get(version) if entry else None,
        fault=fault,
    )


def _live(state: State, name: str) -> dict[str, Pointer]:
    found: dict[str, Pointer] = {}
    for environment in dict.fromkeys([*state.environments, *state.moved_environments(name)]):
        pointer = state.live(environment, name)
        if pointer:
            found[environment] = pointer
    return found


def _arms(live: Mapping[str, Pointer], version: Version) -> Iterator[str]:
    """Where a version is served beside another one, and to how many."""
    for environment, pointer in live.items():
        for arm in pointer.split.arms if pointer.split else ():
            if arm.served.version == version != pointer.served.version:
                yield f"{environment} ({arm.name} {arm.percent:g} %)"


def _moves(state: State, name: str, environments: list[str], after: Mapping[str, str | None]) -> tuple[MoveRow, ...]:
    """Newest first. Files know seconds; moves in the same second are told in the order in which they can have been
    made: those of one environment by serial, and a promotion after that of its version where it had to be first."""
    waiting = {
        where: deque(MoveRow(environment=where, move=move) for move in state.moves(where, name).entries)
        for where in sorted(environments, key=lambda where: list(after).index(where) if where in after else -1)
    }
    told: list[MoveRow] = []
    while heads := [rows[0] for rows in waiting.values() if rows]:
        soonest = min(row.move.at for row in heads)
        now = [row for row in heads if row.move.at == soonest]
        ready = [row for row in now if _ready(row, after.get(row.environment), waiting)]
        told.append(waiting[(ready or now)[-1].environment].popleft())
    return tuple(reversed(told))


def _ready(row: MoveRow, before: str | None, waiting: Mapping[str, deque[MoveRow]]) -> bool:
    """Whether no promotion of the same version is still to be told where it had to be first."""
    return row.move.kind != "promote" or all(
        other.move.served != row.move.served or other.move.at > row.move.at for other in waiting.get(before or "", ())
    )

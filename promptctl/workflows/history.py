"""``history``: every version of a prompt, and every move of it in every environment."""

from __future__ import annotations

from dataclasses import dataclass

from promptctl.adapters.git.tags import release_tags
from promptctl.adapters.repository import Repository, read_lock
from promptctl.adapters.state import State, read_state
from promptctl.core.lockfile import LockEntry, ordered
from promptctl.core.moves import Move
from promptctl.core.version import Version
from promptctl.workflows.releases import require_tags


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """One version: when it was tagged (None: not tagged here), its digest, where it is live, why it is retired."""

    version: Version
    digest: str | None
    tagged: str | None
    commit: str | None
    live: tuple[str, ...]
    retired: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveRow:
    """One move of the prompt in one environment."""

    environment: str
    move: Move


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryResult:
    """Versions newest first, moves newest first."""

    name: str
    versions: tuple[VersionRow, ...]
    moves: tuple[MoveRow, ...]


def history(repository: Repository, name: str, environment: str | None = None) -> HistoryResult:
    """What was released and moved. Raises UsageError for unknown names, StateError where tags are not here."""
    require_tags(repository, name)
    entry = read_lock(repository.policy).prompts.get(name) or read_lock(repository.work).prompts.get(name)
    tags = {tag.version: tag for tag in release_tags(repository.git, name)}
    if entry is None and not tags:
        repository.work.find(name)
    if environment:
        repository.settings.environment(environment)
    state = read_state(repository)
    live = _live(state, name)
    known = dict.fromkeys([*(entry.releases if entry else ()), *tags])
    versions = [
        VersionRow(
            version=version,
            digest=entry.releases.get(version) if entry else None,
            tagged=tags[version].made if version in tags else None,
            commit=tags[version].commit if version in tags else None,
            live=tuple(where for where, served in live.items() if served == version),
            retired=_retired(entry, version),
        )
        for version in ordered(known)
    ]
    return HistoryResult(
        name=name, versions=tuple(reversed(versions)), moves=_moves(state, name, environment, list(live))
    )


def _retired(entry: LockEntry | None, version: Version) -> str | None:
    return entry.retired.get(version) if entry else None


def _live(state: State, name: str) -> dict[str, Version]:
    found: dict[str, Version] = {}
    for environment in state.environments:
        pointer = state.pointer(environment, name)
        if pointer:
            found[environment] = pointer.served.version
    return found


def _moves(state: State, name: str, wanted: str | None, environments: list[str]) -> tuple[MoveRow, ...]:
    chosen = [wanted] if wanted else state.moved_environments(name) or environments
    rows = [MoveRow(environment=where, move=move) for where in chosen for move in state.moves(where, name).entries]
    return tuple(sorted(rows, key=lambda row: (row.move.at, row.move.serial), reverse=True))

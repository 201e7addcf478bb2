"""What happened to a prompt, in one line of time: releases, approvals, moves and splits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from promptctl.adapters.repository import Repository
from promptctl.adapters.state import read_state
from promptctl.core.moves.approval import Approval, approvals_folder
from promptctl.core.moves.moves import Move
from promptctl.core.timestamp import timestamp
from promptctl.workflows.history import HistoryResult, history


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One thing that happened. ``kind`` is "release", "approval" or that of a move; ``at`` is in UTC, to the second.

    ``version`` is what was released, approved or served from then on; None where nothing is served any more.
    """

    at: str
    kind: str
    version: str | None
    environment: str | None = None
    by: str | None = None
    reason: str | None = None
    commit: str | None = None
    move: Move | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The history of a prompt, and all of it as one list, newest first."""

    history: HistoryResult
    told: tuple[Told, ...]


def timeline(repository: Repository, name: str) -> Timeline:
    """What is known of a prompt's past. Raises what ``history`` raises."""
    found = history(repository, name)
    told = [*_moves(found), *_approvals(repository, found), *_releases(found)]
    # Files know seconds. Of one second, what stands first here came later.
    return Timeline(history=found, told=tuple(sorted(told, key=lambda it: it.at, reverse=True)))


def _moves(found: HistoryResult) -> Iterator[Told]:
    for row in found.moves:
        move = row.move
        yield Told(
            at=move.at,
            kind=move.kind,
            version=str(move.served.version) if move.served else None,
            environment=row.environment,
            by=move.by,
            reason=move.reason,
            move=move,
        )


def _approvals(repository: Repository, found: HistoryResult) -> Iterator[Told]:
    """Approvals as the state branch has them; one that cannot be read is drift, and told there."""
    state = read_state(repository)
    places = dict.fromkeys([*repository.settings.environments, *state.moved_environments(found.name)])
    for environment in places:
        for row in found.versions:
            for _, approval in state.approvals(approvals_folder(environment, found.name, str(row.version))):
                if isinstance(approval, Approval):
                    yield Told(
                        at=approval.at,
                        kind="approval",
                        version=str(row.version),
                        environment=environment,
                        by=approval.by,
                        reason=approval.reason,
                    )


def _releases(found: HistoryResult) -> Iterator[Told]:
    for row in found.versions:
        if row.tagged:
            at = timestamp(datetime.fromisoformat(row.tagged).astimezone(UTC))
            yield Told(at=at, kind="release", version=str(row.version), commit=row.commit)

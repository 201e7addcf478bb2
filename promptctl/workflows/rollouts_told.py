"""Every rollout that environments have and had, by their moves: who began it, what was done to it, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from promptctl.adapters.repository import Repository
from promptctl.adapters.state import State, read_state
from promptctl.core.moves.moves import Move
from promptctl.core.moves.pointer import Pointer
from promptctl.core.name import check_name
from promptctl.core.splits.split import Split
from promptctl.errors import PromptctlError, UsageError
from promptctl.workflows.rollout import KIND

UNKNOWN_ROLLOUT = "PC331"
_ENDS = {"finish": "finished", "abort": "aborted", "rollback": "rolled back"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutTold:
    """A rollout of a prompt in an environment; ``serial`` is that of the move that began it, and names it for good.

    ``moves`` are its own, oldest first; ``pointer`` is there while it is under way, and ``fault`` says why what is
    under way cannot be read.
    """

    prompt: str
    environment: str
    moves: tuple[Move, ...]
    pointer: Pointer | None = None
    fault: str | None = None

    @property
    def serial(self) -> int:
        return self.moves[0].serial

    @property
    def id(self) -> str:
        return str((self.moves[0].split or {})["id"])

    @property
    def split(self) -> Split | None:
        return self.pointer.split if self.pointer else None

    @property
    def state(self) -> str:
        """ "running", "paused", "finished", "aborted", "rolled back", "removed" or "unreadable"."""
        if self.fault:
            return "unreadable"
        if self.split:
            return self.split.state
        return _ENDS.get(str((self.moves[-1].split or {})["action"]), "removed")


def rollouts_told(repository: Repository) -> tuple[RolloutTold, ...]:
    """All of them: those under way first, then the latest. Raises DocumentError for moves that cannot be read."""
    state = read_state(repository)
    found = [it for environment, name in state.moved for it in _told(state, environment, name)]
    return tuple(sorted(found, key=lambda it: (bool(it.split or it.fault), it.moves[-1].at, it.prompt), reverse=True))


def rollout_told(repository: Repository, environment: str, name: str, serial: int) -> RolloutTold:
    """One of them. Raises UsageError where there is none."""
    repository.settings.environment(environment)
    known = {it.serial: it for it in _told(read_state(repository), environment, check_name(name))}
    if serial not in known:
        message = f"no rollout of {name} in {environment} began with move {serial}"
        raise UsageError(UNKNOWN_ROLLOUT, message, hint=f"promptctl history {name} --env {environment}")
    return known[serial]


def _told(state: State, environment: str, name: str) -> Iterator[RolloutTold]:
    entries = state.moves(environment, name).entries
    starts = [place for place, move in enumerate(entries) if _is_start(move)]
    for start, end in pairwise([*starts, len(entries)]):
        own = tuple(move for move in entries[start:end] if _of(move, entries[start]))
        told = RolloutTold(prompt=name, environment=environment, moves=own)
        yield _under_way(state, told) if own[-1] is entries[-1] and (own[-1].split or {})["digest"] else told


def _under_way(state: State, told: RolloutTold) -> RolloutTold:
    try:
        return replace(told, pointer=state.live(told.environment, told.prompt))
    except PromptctlError as error:
        return replace(told, fault=error.problem.message)


def _is_start(move: Move) -> bool:
    return bool(move.split and move.split["kind"] == KIND and move.split["action"] == "start")


def _of(move: Move, start: Move) -> bool:
    return bool(move.split and start.split and move.split["id"] == start.split["id"])

"""Every move in an environment, whichever prompt it was of."""

from __future__ import annotations

from dataclasses import dataclass

from promptctl.adapters.repository import Repository
from promptctl.adapters.state import read_state
from promptctl.core.moves.moves import Move


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One move of one prompt."""

    name: str
    move: Move

    @property
    def place(self) -> str:
        """What moves of an environment are sorted by: the time, then the prompt, then the serial."""
        return f"{self.move.at} {self.name} {self.move.serial:09}"


def moves(repository: Repository, environment: str) -> tuple[Moved, ...]:
    """The moves in an environment, newest first.

    Raises UsageError for an environment that is none, StateError where the state branch is not here, DocumentError for
    moves that do not hold together.
    """
    repository.settings.environment(environment)
    state = read_state(repository)
    names = sorted(state.moved_in(environment))
    found = [Moved(name=name, move=move) for name in names for move in state.moves(environment, name).entries]
    return tuple(sorted(found, key=lambda it: it.place, reverse=True))

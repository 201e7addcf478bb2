"""How a rollout ended that is no longer under way, by the moves since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from promptctl.adapters.state import State
from promptctl.core.moves.pointer import Served
from promptctl.workflows.rollout import Rollout

_SAID = {"finish": "finished", "abort": "aborted", "rollback": "rolled back"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """``how`` is "finished", "rolled back", "aborted", "removed", or "under way" for one that goes on."""

    how: str
    reason: str | None
    served: Served | None

    @property
    def finished(self) -> bool:
        """Whether the canary got everybody, or may still."""
        return self.how in ("finished", "under way")

    @property
    def sentence(self) -> str:
        after = f": {self.served.version} for everybody" if self.served and self.how != "under way" else ""
        return f"{self.how}{after}{f'; {self.reason}' if self.reason else ''}"


def end_of(state: State, rollout: Rollout) -> Ended:
    """What became of a rollout that was seen under way."""
    moves = state.moves(rollout.environment, rollout.name).entries
    since = [move for move in moves if move.serial > rollout.pointer.serial]
    last = next((move for move in since if move.kind != "split"), None)
    if last is None:
        return Ended(how="under way", reason=None, served=rollout.pointer.served)
    how = _SAID[last.split["action"]] if last.split else "removed"
    return Ended(how=how, reason=last.reason, served=last.served)


def end_data(end: Ended) -> dict[str, Any]:
    """An end, for programs."""
    return {"how": end.how, "reason": end.reason, "served": end.served.to_dict() if end.served else None}

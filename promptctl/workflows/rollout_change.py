"""``rollout pause``, ``resume`` and ``abort``: what people decide, recorded as theirs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from promptctl.adapters.repository import Repository
from promptctl.adapters.state import State, state_at
from promptctl.core.moves.pointer import Pointer
from promptctl.core.splits.rollout import STABLE
from promptctl.workflows.moving import check_reason
from promptctl.workflows.publish import Edit, Published, publish
from promptctl.workflows.rollout import Rollout, rollout_edit, rollout_of, spelled
from promptctl.workflows.sending import AT_ONCE, Sending
from promptctl.workflows.splitting import SplitMove, change_of

_STATES = {"pause": "paused", "resume": "running"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutChanged:
    """``rollout`` as it was before; None where the change had been recorded by an earlier command. ``pointer`` is what
    is served after it."""

    name: str
    environment: str
    action: str
    rollout: Rollout | None
    pointer: Pointer
    published: Published
    note: str | None = None

    @property
    def changed(self) -> bool:
        """Whether anything had to be written."""
        return self.published.commit is not None


def change(
    repository: Repository,
    action: str,
    name: str,
    environment: str,
    reason: str,
    now: datetime,
    *,
    sending: Sending = AT_ONCE,
) -> RolloutChanged:
    """Pauses or resumes a rollout, or aborts it: then what was served before is served to everybody.

    Raises UsageError for unknown names and an empty reason, StateError where no rollout is under way.
    """
    check_reason(reason)
    before: list[Rollout] = []

    def build(state: State) -> Edit | None:
        found = rollout_of(repository, state, name, environment)
        before[:] = [found]
        move = _move(found, action, reason)
        if move is None:
            return None
        return rollout_edit(repository, state, name, environment, found.pointer, move, now)

    # As a rollback, an abort waits for nothing but its own way to the others.
    waits = action != "abort"
    published = publish(repository, spelled(action, name, environment), build, sending=sending, fetch=waits)
    pointer = before[0].pointer if before else None
    if published.commit:
        pointer = state_at(repository, published.branch, published.commit).pointer(environment, name) or pointer
    assert pointer
    return RolloutChanged(
        name=name,
        environment=environment,
        action=action,
        rollout=before[0] if before else None,
        pointer=pointer,
        published=published,
        note=repository.policy_note,
    )


def _move(found: Rollout, action: str, reason: str) -> SplitMove | None:
    """The move that does it; None where it is so already."""
    served = found.pointer.served
    if action == "abort":
        change = change_of(found.split, action, winner=STABLE)
        return SplitMove(kind="rollback", served=served, split=None, change=change, reason=reason)
    split = replace(found.split, state=_STATES[action])
    if split == found.split:
        return None
    return SplitMove(kind="split", served=served, split=split, change=change_of(split, action), reason=reason)

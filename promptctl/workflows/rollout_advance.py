"""``rollout advance``: one decision about a rollout, by the calls of both arms, and its record; run it at any time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from promptctl.adapters.repository import Repository
from promptctl.adapters.state import State, state_at, unsent_commit
from promptctl.adapters.warehouse.units import units_of
from promptctl.adapters.warehouse.warehouse import Warehouse
from promptctl.core.experiments.counted import Population
from promptctl.core.moves.pointer import Served, pointer_path
from promptctl.core.reporting.window import microseconds
from promptctl.core.splits.rollout import (
    CANARY,
    STABLE,
    Decision,
    Seen,
    arm_named,
    decide,
    percent_of,
    plan_of,
    since_of,
    stepped,
)
from promptctl.core.splits.rollout_health import measure_of
from promptctl.core.splits.split import Split
from promptctl.errors import PromptctlError, StateError
from promptctl.workflows.promotion import barriers
from promptctl.workflows.publish import RACED, Edit, Published, describe_last, publish
from promptctl.workflows.retirement import retired_versions
from promptctl.workflows.rollback import require_intact
from promptctl.workflows.rollout import Rollout, rollout_edit, rollout_of, spelled
from promptctl.workflows.sending import AT_ONCE, Sending
from promptctl.workflows.splitting import SplitMove, change_of

_REASON = "rollout: "
_ACTIONS = {"advance": "advance", "finish": "finish", "roll back": "rollback"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A rollout, what the calls of its arms say, and what follows; ``barred`` is why nothing goes forward.

    ``published`` is None where nothing was recorded; ``lost`` says who was quicker.
    """

    rollout: Rollout
    seen: Seen
    decision: Decision
    barred: str | None = None
    published: Published | None = None
    lost: str | None = None
    note: str | None = None

    @property
    def canary(self) -> Served:
        return arm_named(self.rollout.split, CANARY).served

    @property
    def over(self) -> bool:
        """Whether the decision ends the rollout."""
        return self.decision.action in ("finish", "roll back")

    @property
    def held_back(self) -> bool:
        """Whether people stand in the way: nothing goes on until somebody lets it."""
        return self.barred is not None and self.decision.action == "hold"


def look(
    repository: Repository,
    state: State,
    name: str,
    environment: str,
    warehouse: Warehouse,
    now: datetime,
    *,
    in_ci: bool = True,
) -> Looked:
    """What ``advance`` would do now, in CI unless told otherwise.

    Raises StateError where no rollout is under way, OutsideError where the store of events cannot be read.
    """
    found, target = rollout_of(repository, state, name, environment), repository.settings.environment(environment)
    barred = next((it.message for it in barriers(state, target, in_ci=in_ci)), None)
    seen = _seen(found, warehouse, now)
    decision = decide(found.split, seen, now, retired=_retired(repository, found), barred=barred)
    return Looked(rollout=found, seen=seen, decision=decision, barred=barred)


def advance(
    repository: Repository,
    found: Rollout,
    warehouse: Warehouse,
    clock: Callable[[], datetime],
    *,
    in_ci: bool = False,
    sending: Sending = AT_ONCE,
) -> Looked:
    """Decides about a rollout as it was ``found``, and records what was decided.

    Who finds that it was moved since has lost a race and decides nothing: of two at once, one makes a step. Raises as
    ``look`` does, and OutsideError when it is not live.
    """
    name, environment = found.name, found.environment
    looked: list[Looked] = []

    def build(state: State) -> Edit | None:
        _require_unmoved(repository, state, found)
        now = clock()
        looked[:] = [look(repository, state, name, environment, warehouse, now, in_ci=in_ci)]
        move = _move(repository, looked[0], now)
        if move is None:
            return None
        return rollout_edit(repository, state, name, environment, looked[0].rollout.pointer, move, now)

    try:
        published = publish(repository, spelled("advance", name, environment), build, sending=sending)
    except StateError as error:
        if error.code != RACED:
            raise
        held = Decision(action="hold", because=str(error), percent=percent_of(found.split))
        return Looked(rollout=found, seen=Seen(), decision=held, lost=str(error), note=repository.policy_note)
    if published.resent and published.into:
        waits = f"the branch {published.branch} holds a step that is not merged yet"
        held = Decision(action="hold", because=waits, percent=percent_of(found.split))
        return Looked(rollout=found, seen=Seen(), decision=held, published=published, note=repository.policy_note)
    if published.resent:
        return _sent_late(repository, found, warehouse, clock, published, in_ci=in_ci, sending=sending)
    return replace(looked[0], published=published, note=repository.policy_note)


def settle(repository: Repository, environment: str, *, sending: Sending = AT_ONCE) -> Published:
    """Where nothing is to be decided: finishes what a killed command left, and sends what was recorded here only."""
    return publish(repository, f"rollout advance {environment}", lambda _: None, sending=sending, fetch=False)


def numbers_of(looked: Looked) -> dict[str, Any]:
    """What the decision rests on, for the record."""
    seen, findings = looked.seen, looked.decision.findings
    return {
        "since": looked.rollout.split.rules["since"],
        "calls": {CANARY: seen.canary.calls, STABLE: seen.stable.calls},
        "units": {CANARY: seen.canary.units, STABLE: seen.stable.units},
        "findings": [finding.to_dict() for finding in findings],
    }


def _require_unmoved(repository: Repository, state: State, found: Rollout) -> None:
    """Raises StateError with who moved the pointer since it was read; what was recorded here only is our own."""
    pointer = state.pointer(found.environment, found.name)
    own = unsent_commit(repository) == state.commit
    if not own and (pointer is None or pointer.serial != found.pointer.serial):
        path = pointer_path(found.environment, found.name)
        raise StateError(RACED, f"lost a race: {describe_last(repository, state.commit, path)}")


def _sent_late(
    repository: Repository,
    found: Rollout,
    warehouse: Warehouse,
    clock: Callable[[], datetime],
    published: Published,
    *,
    in_ci: bool,
    sending: Sending,
) -> Looked:
    """What an earlier command decided has only now reached the others: where the rollout goes on, it is looked at
    again, since calls since then may say otherwise."""
    state = state_at(repository, published.branch, published.commit)
    pointer = state.live(found.environment, found.name)
    if pointer and pointer.split:
        going = rollout_of(repository, state, found.name, found.environment)
        later = advance(repository, going, warehouse, clock, in_ci=in_ci, sending=sending)
        note = "a step that was recorded here before was sent first"
        return replace(later, note="; ".join(part for part in (note, later.note) if part))
    move = state.moves(found.environment, found.name).entries[-1]
    done = next(
        (action for action, said in _ACTIONS.items() if move.split and move.split["action"] == said), "roll back"
    )
    percent = Decimal(100 if done == "finish" else 0)
    decision = Decision(action=done, because=(move.reason or "").removeprefix(_REASON), percent=percent)
    return Looked(rollout=found, seen=Seen(), decision=decision, published=published, note=repository.policy_note)


def _seen(found: Rollout, warehouse: Warehouse, now: datetime) -> Seen:
    population = Population(
        id=found.split.id,
        prompt=found.name,
        environment=found.environment,
        arms=(STABLE, CANARY),
        since=microseconds(since_of(found.split)),
        until=microseconds(now) + 1,
        moved=True,
    )
    counted = units_of(warehouse, population, [measure_of(rule) for rule in plan_of(found.split).rules])
    return Seen(canary=counted.arms[CANARY], stable=counted.arms[STABLE])


def _retired(repository: Repository, found: Rollout) -> str | None:
    """Why the canary was withdrawn; a lock that cannot be read says nothing of it."""
    try:
        return retired_versions(repository, found.name).get(arm_named(found.split, CANARY).served.version)
    except PromptctlError:
        return None


def _move(repository: Repository, looked: Looked, now: datetime) -> SplitMove | None:
    """What the decision changes; None where it holds."""
    decision, found = looked.decision, looked.rollout
    if decision.action == "hold":
        return None
    stable, canary = found.pointer.served, looked.canary
    if decision.action != "roll back":
        require_intact(repository, found.name, canary)
    split: Split | None = stepped(found.split, decision.percent, now) if decision.action == "advance" else None
    numbers = numbers_of(looked)
    winner = {"finish": CANARY, "roll back": STABLE}.get(decision.action)
    return SplitMove(
        kind={"advance": "split", "finish": "promote", "roll back": "rollback"}[decision.action],
        served=canary if decision.action == "finish" else stable,
        split=split,
        change=change_of(found.split if split is None else split, _ACTIONS[decision.action], numbers, winner),
        reason=_REASON + decision.because,
    )

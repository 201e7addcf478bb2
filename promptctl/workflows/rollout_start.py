"""``rollout start``: a canary gets the first share of the traffic, once everything that guards a promotion says yes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from promptctl.adapters.git.identity import committer
from promptctl.adapters.repository import Repository
from promptctl.adapters.state import State, state_at
from promptctl.core.moves.pointer import Pointer, Served
from promptctl.core.name import check_name
from promptctl.core.releases.reference import parse_reference
from promptctl.core.splits.rollout import RolloutPlan, begun
from promptctl.core.splits.split import Split
from promptctl.errors import StateError
from promptctl.workflows.admission import Admission, Asked, GateRefused
from promptctl.workflows.gate import GateOutcome
from promptctl.workflows.gate_context import GateContext
from promptctl.workflows.moving import check_reason, require_known
from promptctl.workflows.publish import Edit, Published, publish
from promptctl.workflows.rollout import rollout_edit, spelled
from promptctl.workflows.splitting import (
    SplitMove,
    admitted,
    change_of,
    let_in,
    new_salt,
    require_served,
    require_unsplit,
)

SERVED_ALREADY = "PC248"


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutStart:
    """What to roll out, where, how it goes on, and what was said about it."""

    reference: str
    environment: str
    plan: RolloutPlan
    reason: str | None = None
    asked: Asked = field(default_factory=Asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutStarted:
    """``ok`` is False when a gate said no; then nothing was written and ``refused`` is what it said."""

    name: str
    environment: str
    served: Served | None = None
    split: Split | None = None
    gate: GateOutcome | None = None
    refused: GateOutcome | None = None
    published: Published | None = None
    note: str | None = None

    @property
    def ok(self) -> bool:
        return self.refused is None


def start(repository: Repository, wish: RolloutStart, gate: GateContext) -> RolloutStarted:
    """Begins the rollout. Raises StateError for what refuses it but the gate, OutsideError when it is not live."""
    committer(repository.git)
    name, environment = check_name(parse_reference(wish.reference).name), wish.environment
    repository.settings.environment(environment)
    if wish.reason is not None:
        check_reason(wish.reason)
    if wish.asked.sending.push:
        repository.fetch([name])
    gates: list[GateOutcome | None] = []

    def build(state: State) -> Edit:
        pointer = state.live(environment, name)
        if pointer is None:
            require_known(repository, name)
        live = require_served(pointer, name, environment)
        require_unsplit(live, environment)
        admission = admitted(repository, state, environment, [wish.reference], wish.asked, gate)
        (planned,) = admission.planned
        gates[:] = [admission.gate(planned)]
        move = _move(state, live, admission, wish, gate.now)
        edit = rollout_edit(repository, state, name, environment, live, move, gate.now)
        return Edit(files={**admission.files, **edit.files}, message=edit.message)

    try:
        operation = spelled("start", wish.reference, environment)
        published = publish(repository, operation, build, sending=wish.asked.sending, fetch=False)
    except GateRefused as no:
        return RolloutStarted(name=name, environment=environment, refused=no.refused[0][1], note=repository.policy_note)
    pointer = state_at(repository, published.branch, published.commit).pointer(environment, name)
    return RolloutStarted(
        name=name,
        environment=environment,
        served=pointer.served if pointer else None,
        split=pointer.split if pointer else None,
        gate=gates[0] if gates else None,
        published=published,
        note=repository.policy_note,
    )


def _move(state: State, live: Pointer, admission: Admission, wish: RolloutStart, now: datetime) -> SplitMove:
    (planned,) = admission.planned
    if planned.direction == "same":
        message = f"{wish.environment} serves {planned.release.reference} already"
        hint = f"name another: promptctl rollout start {live.prompt}@VERSION {wish.environment}"
        raise StateError(SERVED_ALREADY, message, hint=hint)
    release = planned.release
    called = f"{release.name.rpartition('/')[2]}-{release.version}"
    salt = new_salt(live.lineage, called, state.commit, now)
    split = begun(wish.plan, called, salt, live.served, Served(release.version, release.digest), now)
    change = change_of(split, "start")
    move = SplitMove(kind="split", served=live.served, split=split, change=change, reason=wish.reason)
    return let_in(move, admission)

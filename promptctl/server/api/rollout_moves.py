"""Moves of rollouts: a version gets a share of the traffic, more of it, all or none."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from promptctl.server.api.moves import DryRun, Reason, is_foreseen, planned
from promptctl.server.refusal import GateSaidNo
from promptctl.server.store import Stored
from promptctl.server.writing import Writes, Writing

if TYPE_CHECKING:
    from promptctl.adapters.warehouse.warehouse import Warehouse
    from promptctl.core.splits.rollout import RolloutPlan

router = APIRouter(prefix="/api/v1/environments/{environment}/rollouts", tags=["moves"])


class Start(BaseModel):
    """What is rolled out, and how; without more, as the environment's settings say."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"reference": "support/triage@1.3.0", "steps": [5, 25, 100]}}
    )
    reference: Annotated[str, Field(max_length=400, description="`NAME` or `NAME@VERSION`.")]
    steps: Annotated[list[float] | None, Field(max_length=100, description="Its shares in %, growing to 100.")] = None
    minimum_requests: Annotated[int | None, Field(ge=0, description="Calls of it in each step.")] = None
    minimum_minutes: Annotated[float | None, Field(ge=0, description="That each step lasts.")] = None
    health: Annotated[dict[str, float], Field(max_length=20, description="How much worse it may be, by metric.")] = {}
    unit: Annotated[str | None, Field(min_length=1, max_length=64, description="What is assigned.")] = None
    when: Annotated[str | None, Field(max_length=500, description="Only units whose attributes match.")] = None
    shadow: Annotated[float | None, Field(ge=0, le=100, description="% of units also asked with it, unserved.")] = None
    reason: Reason | None = None
    dry_run: DryRun = False


class Move(BaseModel):
    """What becomes of a rollout. All but `advance` need a reason."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"action": "pause", "reason": "waiting for the release notes"}}
    )
    action: Literal["advance", "pause", "resume", "abort"]
    reason: Reason | None = None
    dry_run: Annotated[bool, Field(description="Of `advance`: decide, and record nothing.")] = False


@router.post("", summary="Start a rollout")
def start(writes: Writes, environment: str, asked: Start) -> Response:
    """Gives a released version a share of the traffic, once the gate and rules of the environment say yes."""
    if asked.dry_run:
        return writes.foreseen("split", environment, lambda: _foreseen(writes, environment, asked))
    return writes.done("split", environment, asked.model_dump(), lambda: _started(writes, environment, asked))


@router.post("/{name:path}/-/moves", summary="Move a rollout")
def move(writes: Writes, store: Stored, environment: str, name: str, asked: Move) -> Response:
    """Decides about a rollout by the calls of both versions and records it, pauses or resumes it, or ends it."""

    def advance(*, record: bool) -> dict[str, Any]:
        with store.opened() as warehouse:
            return _advanced(writes, warehouse, environment, name, record=record)

    if is_foreseen(asked.action, dry_run=asked.dry_run):
        return writes.foreseen("split", environment, lambda: advance(record=False))
    if asked.action == "advance":
        return writes.done("split", environment, asked.model_dump(), lambda: advance(record=True))
    return writes.done("split", environment, asked.model_dump(), lambda: _changed(writes, environment, name, asked))


def _plan(writes: Writing, environment: str, asked: Start) -> RolloutPlan:
    from promptctl.core.splits.rollout import parse_steps
    from promptctl.core.splits.rollout_settings import rollout_plan, told_otherwise
    from promptctl.core.splits.targeting import condition

    if asked.when:
        condition(asked.when)
    return told_otherwise(
        rollout_plan(writes.repository.settings.environment(environment).rollout),
        steps=parse_steps(",".join(f"{share:g}" for share in asked.steps)) if asked.steps else None,
        requests=asked.minimum_requests,
        minutes=asked.minimum_minutes,
        health=[f"{metric}={amount:g}" for metric, amount in asked.health.items()],
        unit=asked.unit,
        when=asked.when,
        shadow=asked.shadow,
    )


def _foreseen(writes: Writing, environment: str, asked: Start) -> dict[str, Any]:
    from promptctl.answers.rollout import plan_data

    plan = _plan(writes, environment, asked)
    return {**planned(writes, environment, [asked.reference]), "rollout": plan_data(plan)}


def _started(writes: Writing, environment: str, asked: Start) -> dict[str, Any]:
    from promptctl.answers.rollout import started
    from promptctl.workflows.rollout_start import RolloutStart
    from promptctl.workflows.rollout_start import start as begin

    plan = _plan(writes, environment, asked)
    wanted = RolloutStart(reference=asked.reference, environment=environment, plan=plan, reason=asked.reason)
    with writes.gate() as gate:
        result = begin(writes.repository, wanted, gate)
    if result.refused:
        raise GateSaidNo({result.name: result.refused.sentence}, started(result))
    return started(result)


def _advanced(writes: Writing, warehouse: Warehouse, environment: str, name: str, *, record: bool) -> dict[str, Any]:
    from promptctl.adapters.state import read_state
    from promptctl.answers.rollout import looked_data
    from promptctl.workflows.rollout import rollout_of
    from promptctl.workflows.rollout_advance import advance, look

    repository = writes.repository
    repository.settings.environment(environment)
    repository.fetch([name])
    state = read_state(repository)
    if record:
        found = advance(repository, rollout_of(repository, state, name, environment), warehouse, _clock)
    else:
        found = look(repository, state, name, environment, warehouse, writes.now)
    return {"environment": environment, "dry_run": not record, "rollouts": [looked_data(found)]}


def _changed(writes: Writing, environment: str, name: str, asked: Move) -> dict[str, Any]:
    from promptctl.answers.rollout import changed
    from promptctl.workflows.rollout_change import change

    return changed(change(writes.repository, asked.action, name, environment, asked.reason or "", writes.now))


def _clock() -> datetime:
    return datetime.now(UTC)

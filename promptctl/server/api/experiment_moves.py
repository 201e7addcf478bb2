"""Moves of experiments: started, paused, resumed, advanced by their plan, concluded, aborted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from promptctl.errors import UsageError
from promptctl.server.api.moves import Reason, is_foreseen
from promptctl.server.asked import Viewed
from promptctl.server.refusal import GateSaidNo
from promptctl.server.store import Store, Stored
from promptctl.server.writing import Writes, Writing

if TYPE_CHECKING:
    from promptctl.adapters.pinned import PinnedRepository
    from promptctl.core.experiments.plan import Plan
    from promptctl.workflows.experiment_start import Starting

router = APIRouter(prefix="/api/v1", tags=["moves"])


class Move(BaseModel):
    """What becomes of an experiment. `pause`, `conclude` and `abort` need a reason."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"action": "conclude", "ship": "friendly", "reason": "clear"}}
    )
    action: Literal["start", "pause", "resume", "advance", "conclude", "abort"]
    reason: Reason | None = None
    ship: Annotated[str | None, Field(max_length=200, description="Of `conclude`: serve this arm to everybody.")] = None
    control: Annotated[bool, Field(description="Of `conclude`: stay with control.")] = False
    edited: Annotated[bool, Field(description="Of `resume`: go on by the plan of the default branch.")] = False
    dry_run: Annotated[bool, Field(description="Of `advance`: say what would be done, and do nothing.")] = False


@router.post("/experiments/{name}/moves", summary="Move an experiment")
def move(writes: Writes, view: Viewed, store: Stored, name: str, asked: Move) -> Response:
    """Does with an experiment what its command does. It is started by the plan that the shared branches have."""
    environment = view.using(lambda repository: _environment_of(repository, name))
    act = _ACTS[asked.action]
    if is_foreseen(asked.action, dry_run=asked.dry_run):
        return writes.foreseen("split", environment, lambda: act(writes, store, name, asked))
    return writes.done("split", environment, asked.model_dump(), lambda: act(writes, store, name, asked))


def _environment_of(repository: PinnedRepository, name: str) -> str:
    from promptctl.adapters.state import read_state
    from promptctl.workflows.experiment_files import draft_of

    state = read_state(repository)
    return (state.experiment(name) or draft_of(repository, state, name)).plan.environment


def _start(writes: Writing, store: Store, name: str, _: Move) -> dict[str, Any]:
    from promptctl.answers.experiment import changed
    from promptctl.workflows.experiment_start import start_experiment

    with _starting(writes, store, name) as starting:
        return changed(start_experiment(writes.repository, name, starting))


def _resume(writes: Writing, store: Store, name: str, asked: Move) -> dict[str, Any]:
    from promptctl.answers.experiment import changed
    from promptctl.workflows.experiment_resume import resume_experiment

    with _starting(writes, store, name) as starting:
        resumed = resume_experiment(writes.repository, name, starting, edited=asked.edited, reason=asked.reason)
        return changed(resumed.result)


def _pause(writes: Writing, _: Store, name: str, asked: Move) -> dict[str, Any]:
    from promptctl.answers.experiment import changed
    from promptctl.workflows.experiment_pause import pause_experiment

    return changed(pause_experiment(writes.repository, name, asked.reason or "", writes.now))


def _conclude(writes: Writing, _: Store, name: str, asked: Move) -> dict[str, Any]:
    from promptctl.answers.experiment import changed
    from promptctl.workflows.experiment_conclude import conclude_experiment

    if (asked.ship is None) == (not asked.control):
        raise UsageError("PC001", "either `ship` or `control`", hint='{"action": "conclude", "ship": "ARM"}')
    return changed(conclude_experiment(writes.repository, name, asked.ship, asked.reason or "", writes.now))


def _abort(writes: Writing, _: Store, name: str, asked: Move) -> dict[str, Any]:
    from promptctl.answers.experiment import changed
    from promptctl.workflows.experiment_conclude import abort_experiment

    return changed(abort_experiment(writes.repository, name, asked.reason or "", writes.now))


def _advance(writes: Writing, store: Store, name: str, asked: Move) -> dict[str, Any]:
    from promptctl.answers.experiment import advanced_data
    from promptctl.core.experiments.counted import Counted
    from promptctl.core.experiments.experiment import Experiment
    from promptctl.workflows.experiment_advance import advance_experiment, foresee
    from promptctl.workflows.experiment_reading import decisive_units

    with store.opened() as warehouse:

        def count(experiment: Experiment) -> Counted:
            return decisive_units(warehouse, experiment, writes.now)

        act = foresee if asked.dry_run else advance_experiment
        found = act(writes.repository, name, count, writes.now)
    return {"experiments": [advanced_data(found)], "dry_run": asked.dry_run}


@contextmanager
def _starting(writes: Writing, store: Store, name: str) -> Iterator[Starting]:
    """What a start needs of the outside. The store of events is opened only for a plan without a sample."""
    from promptctl.answers.experiment import refused_arms
    from promptctl.workflows.admission import Asked, GateRefused
    from promptctl.workflows.experiment_start import Starting

    def sample(plan: Plan) -> int:
        from promptctl.workflows.experiment_power import planned_sample

        return planned_sample(writes.repository, store.open, plan, writes.now)

    with writes.gate() as gate:
        try:
            yield Starting(gate=gate, asked=Asked(), sample=sample)
        except GateRefused as no:
            said = {prompt: outcome.sentence for prompt, outcome in no.refused}
            raise GateSaidNo(said, refused_arms(name, no.refused)) from None


_ACTS: Mapping[str, Callable[[Writing, Store, str, Move], dict[str, Any]]] = {
    "start": _start,
    "pause": _pause,
    "resume": _resume,
    "advance": _advance,
    "conclude": _conclude,
    "abort": _abort,
}

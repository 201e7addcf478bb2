"""Moves: what an environment serves is changed, by the rules of the command line."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from promptctl.errors import UsageError
from promptctl.server.refusal import GateSaidNo
from promptctl.server.writing import Writes, Writing

router = APIRouter(prefix="/api/v1", tags=["moves"])
Reason = Annotated[str, Field(min_length=1, max_length=2000, description="Why, for the record.")]
DryRun = Annotated[bool, Field(description="Say what would be done, and do nothing.")]
Version = Annotated[str, Field(max_length=100)]


class Promotion(BaseModel):
    """What is to be served."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"references": ["support/triage@1.3.0"]}})
    references: Annotated[list[str], Field(min_length=1, max_length=1000, description="`NAME` or `NAME@VERSION`.")]
    reason: Reason | None = None
    expected: Annotated[
        dict[str, Version | None],
        Field(max_length=1000, description="What is served now, by prompt: where it is not, nothing is moved."),
    ] = {}
    dry_run: DryRun = False


class Rollback(BaseModel):
    """What goes back."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"reference": "support/triage", "reason": "wrong queue"}}
    )
    reference: Annotated[str, Field(max_length=400, description="`NAME`, or `NAME@VERSION` that was live there.")]
    reason: Reason
    expected: Annotated[Version | None, Field(description="What is served now: where it is not, nothing is moved.")] = (
        None
    )


class Freeze(BaseModel):
    """Why promotions stop, or go on."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"reason": "release weekend"}})
    reason: Reason


@router.post("/environments/{environment}/promotions", summary="Promote")
def promote(writes: Writes, environment: str, asked: Promotion) -> Response:
    """Points the environment at released versions, once its gate and rules say yes. No model is asked: the gate goes by
    evidence that is there."""
    if asked.dry_run:
        return writes.foreseen("promote", environment, lambda: planned(writes, environment, asked.references))
    return writes.done("promote", environment, asked.model_dump(), lambda: _promoted(writes, environment, asked))


@router.post("/environments/{environment}/rollbacks", summary="Roll back")
def rollback(writes: Writes, environment: str, asked: Rollback) -> Response:
    """Points the environment back at what it served before, or at a version that was live there. No gate is asked."""
    from promptctl.answers.rollback import data
    from promptctl.workflows.rollback import rollback

    def act() -> dict[str, Any]:
        given = (asked.reference, environment, asked.reason, writes.now)
        return data(rollback(writes.repository, *given, expected=asked.expected), environment)

    return writes.done("rollback", environment, asked.model_dump(), act)


@router.post("/environments/{environment}/freeze", summary="Stop promotions")
def freeze(writes: Writes, environment: str, asked: Freeze) -> Response:
    """Stops promotions to an environment; rollbacks still work."""
    return _set_frozen(writes, environment, asked, frozen=True)


@router.post("/environments/{environment}/unfreeze", summary="Allow promotions again")
def unfreeze(writes: Writes, environment: str, asked: Freeze) -> Response:
    """Allows promotions to an environment again."""
    return _set_frozen(writes, environment, asked, frozen=False)


def is_foreseen(action: str, *, dry_run: bool) -> bool:
    """Whether a move of a split is only to be foreseen. Raises UsageError where that cannot be: it would be done."""
    if dry_run and action != "advance":
        raise UsageError("PC001", f"`{action}` cannot be foreseen: `dry_run` is of `advance` alone")
    return dry_run


def planned(writes: Writing, environment: str, references: list[str]) -> dict[str, Any]:
    """What a promotion would change, and what stands against it."""
    from promptctl.answers.plan import data
    from promptctl.workflows.gate import GateWish
    from promptctl.workflows.plan import plan

    with writes.gate() as gate:
        return data(plan(writes.repository, references, environment, GateWish(), gate, in_ci=False))


def _promoted(writes: Writing, environment: str, asked: Promotion) -> dict[str, Any]:
    from promptctl.answers.promote import data
    from promptctl.workflows.promote import Promotion as Wanted
    from promptctl.workflows.promote import promote

    wanted = Wanted(
        environment=environment, references=tuple(asked.references), reason=asked.reason, expected=asked.expected
    )
    with writes.gate() as gate:
        result = promote(writes.repository, wanted, gate)
    if result.refused:
        raise GateSaidNo({name: outcome.sentence for name, outcome in result.refused}, data(result))
    return data(result)


def _set_frozen(writes: Writing, environment: str, asked: Freeze, *, frozen: bool) -> Response:
    from promptctl.answers.freeze import data
    from promptctl.workflows.freeze import freeze

    def act() -> dict[str, Any]:
        return data(freeze(writes.repository, environment, asked.reason, writes.now, frozen=frozen))

    return writes.done("freeze", environment, asked.model_dump(), act)

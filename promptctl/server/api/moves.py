"""Moves: what an environment serves is changed, by the rules of the command line."""

from __future__ import annotations

import os
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from promptctl.adapters.repository import Repository
from promptctl.server.writing import Writes

router = APIRouter(prefix="/api/v1", tags=["moves"])
Reason = Annotated[str, Field(min_length=1, max_length=2000, description="Why, for the record.")]


class Promotion(BaseModel):
    """What is to be served."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"references": ["support/triage@1.3.0"]}})
    references: Annotated[list[str], Field(min_length=1, max_length=1000, description="`NAME` or `NAME@VERSION`.")]
    reason: Reason | None = None


class Rollback(BaseModel):
    """What goes back."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"reference": "support/triage", "reason": "wrong queue"}}
    )
    reference: Annotated[str, Field(max_length=400, description="`NAME`, or `NAME@VERSION` that was live there.")]
    reason: Reason


@router.post("/environments/{environment}/promotions", summary="Promote")
def promote(writes: Writes, environment: str, asked: Promotion) -> Response:
    """Points the environment at released versions, once its gate and rules say yes. No model is asked: the gate goes by
    evidence that is there."""
    from promptctl.adapters.replies import open_cache
    from promptctl.answers.promote import data
    from promptctl.workflows.gate_context import GateContext
    from promptctl.workflows.promote import Promotion as Wanted
    from promptctl.workflows.promote import promote

    def act(repository: Repository) -> dict[str, Any]:
        wanted = Wanted(environment=environment, references=tuple(asked.references), reason=asked.reason)
        with open_cache(os.environ) as cache:
            return data(promote(repository, wanted, GateContext(cache=cache, environment={}, now=writes.now)))

    return writes.done("promote", environment, asked.model_dump(), act)


@router.post("/environments/{environment}/rollbacks", summary="Roll back")
def rollback(writes: Writes, environment: str, asked: Rollback) -> Response:
    """Points the environment back at what it served before, or at a version that was live there. No gate is asked."""
    from promptctl.answers.rollback import data
    from promptctl.workflows.rollback import rollback

    def act(repository: Repository) -> dict[str, Any]:
        return data(rollback(repository, asked.reference, environment, asked.reason, writes.now), environment)

    return writes.done("rollback", environment, asked.model_dump(), act)

"""What happened to a prompt."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from promptctl.server.shapes.shape import Commit, Json, Shape, Time


class Told(Shape):
    """One thing that happened. What only moves have is empty elsewhere."""

    at: Time
    kind: Literal["release", "approval", "promote", "rollback", "split", "remove"]
    version: Annotated[str | None, Field(description="Released, approved, or served from then on.")]
    environment: str | None
    by: str | None
    reason: str | None
    commit: Annotated[Commit | None, Field(description="Of a release.")]
    from_: Annotated[str | None, Field(alias="from", description="What served the version before.")]
    approvals: list[str]
    evidence: Annotated[Json | None, Field(description="What the gate saw.")]
    notes: list[str]
    split: Json | None


class Timeline(Shape):
    """Everything, newest first."""

    prompt: str
    past: list[Told]

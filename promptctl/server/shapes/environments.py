"""Environments: what each serves, and what disagrees."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from promptctl.server.shapes.prompts import Move
from promptctl.server.shapes.shape import Commit, Digest, Json, NextPage, PageTotal, Served, Shape, Time


class StatusRow(Shape):
    """A prompt in every environment."""

    prompt: str
    files: Annotated[str, Field(description="How the default branch stands to the lock.")]
    locked: str | None
    served: Annotated[dict[str, Served], Field(description="By environment.")]
    splits: Annotated[dict[str, Json], Field(description="By environment, where several versions share the traffic.")]
    retired: dict[str, str]
    rolled_back: dict[str, str]


class Status(Shape):
    """Prompts against environments."""

    prompts: list[StatusRow]
    environments: list[str]
    read: Annotated[str, Field(description="Which state was read.")]
    frozen: Annotated[dict[str, str], Field(description="Why promotions stopped, by environment.")]
    unsent: list[Any]
    broken: list[Any]
    note: str | None


class Finding(Shape):
    """A disagreement."""

    kind: str
    level: Literal["error", "notice"]
    prompt: str | None
    version: str | None
    environment: str | None
    message: str
    expected: str | None
    actual: str | None
    repair: Annotated[str | None, Field(description="The command that repairs it.")]


class Drift(Shape):
    """Every disagreement."""

    findings: list[Finding]
    read: str
    notes: list[str]


class MoveOf(Move):
    """One change, and of which prompt."""

    prompt: str


class Moves(Shape):
    """A page of moves, newest first."""

    environment: str
    moves: list[MoveOf]
    total: PageTotal
    next_page_token: NextPage


class BundleContent(Shape):
    """All that applications need."""

    environment: str
    commit: Commit
    time: Time
    policy: Commit
    prompts: dict[str, Json]
    former: dict[str, Any]
    closures: Annotated[dict[str, Json], Field(description="Canonical forms by digest.")]
    settings: Json
    quality: Annotated[Json, Field(default_factory=dict)]


class Bundle(Shape):
    """A bundle, sealed by its digest."""

    format: int
    digest: Digest
    content: BundleContent


class Resolved(Shape):
    """What a unit gets."""

    prompt: str
    environment: str
    version: str | None
    digest: Digest
    reason: Annotated[str, Field(description="`pointer`, or why a split gave this version.")]
    arm: str | None
    split: str | None
    notes: list[str]
    content: Annotated[Json, Field(description="The canonical form: all that is sent to the model.")]

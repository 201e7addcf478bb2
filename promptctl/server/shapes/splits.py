"""Rollouts and experiments."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from promptctl.server.shapes.shape import Digest, Json, Served, Shape, Time


class Split(Shape):
    """A rollout's split, and how it goes on: its steps, minimum and health rules."""

    model_config = ConfigDict(extra="allow")
    id: str
    state: str
    stable: Served
    canary: Served
    percent: float
    unit: str
    when: str | None
    shadow: float
    began: Time | None
    since: Time | None


class Rollout(Shape):
    """A rollout under way."""

    prompt: str
    environment: str
    rollout: Split


class Rollouts(Shape):
    """All that are under way."""

    rollouts: list[Rollout]
    read: str


class Arm(Shape):
    """An arm of an experiment."""

    name: str
    version: str
    percent: float


class Fault(Shape):
    """Why a file cannot be read."""

    code: str
    message: str


class Experiment(Shape):
    """An experiment; of one that cannot be read, only `fault`."""

    experiment: str
    prompt: str = ""
    environment: str = ""
    arms: Annotated[list[Arm], Field(default_factory=list)]
    plan: Digest = ""
    state: str = ""
    started: Any = None
    counting: Any = None
    looks: Annotated[list[Json], Field(default_factory=list)]
    result: Any = None
    only_here: Annotated[bool, Field(description="Not started yet.")] = False
    split_lost: bool = False
    fault: Fault | None = None


class Experiments(Shape):
    """All experiments."""

    experiments: list[Experiment]

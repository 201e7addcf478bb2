"""What writes answer."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from promptctl.server.shapes.shape import Commit, Json, Served, Shape
from promptctl.server.shapes.splits import Experiment, Split


class Published(Shape):
    """What became of the commit."""

    commit: Commit | None
    branch: str
    remote: str | None
    sent: bool
    resent: bool
    tries: int
    into: str | None
    note: str | None


class Moved(Shape):
    """What one prompt served, and serves now."""

    prompt: str
    from_: Annotated[Served | None, Field(alias="from")]
    to: Served
    direction: str
    gate: str | None


class Already(Served):
    """A prompt that was there already."""

    prompt: str


class Promoted(Shape):
    """What a promotion did."""

    environment: str
    moved: list[Moved]
    already: list[Already]
    refused: list[Json]
    published: Published | None
    note: str | None


class RolledBack(Shape):
    """What a rollback did."""

    prompt: str
    environment: str
    from_: Annotated[Served | None, Field(alias="from")]
    to: Served
    ended: str | None
    warning: str | None
    published: Published | None
    note: str | None


class PlannedMove(Shape):
    """What would move, and what stands against it."""

    prompt: str
    direction: str
    from_: Annotated[Served | None, Field(alias="from")]
    to: Served
    class_: Annotated[str | None, Field(alias="class", description="What the change is to callers.")]
    reasons: list[str]
    diff: Json | None
    gate: Json | None
    refusals: list[Json]
    calls: list[Json]
    approvals: Json


class Planned(Shape):
    """What a dry run would do; of a rollout with how it would go on."""

    environment: str
    read: str
    moves: list[PlannedMove]
    note: str | None
    rollout: Annotated[Json, Field(default_factory=dict)]


class Frozen(Shape):
    """Whether an environment takes promotions now."""

    environment: str
    frozen: bool
    changed: bool
    published: Published | None
    note: str | None


class RolloutStarted(Shape):
    """The rollout that began."""

    prompt: str
    environment: str
    rollout: Split | None
    gate: str | None
    refused: Json | None
    published: Published | None
    note: str | None


class RolloutChanged(Shape):
    """What is served after a pause, a resumption or an abort."""

    prompt: str
    environment: str
    action: str
    changed: bool
    rollout: Split | None
    served: Served
    published: Published | None
    note: str | None


class RolloutDecided(Shape):
    """A decision about a rollout, with the numbers that it rests on."""

    model_config = ConfigDict(extra="allow")
    prompt: str
    environment: str
    rollout: Split
    action: str
    because: Any
    percent: float
    barred: Any
    published: Published | None


class RolloutsDecided(Shape):
    """What was decided about a rollout; with a dry run nothing was recorded."""

    environment: str
    dry_run: bool
    rollouts: list[RolloutDecided]


class ExperimentChanged(Experiment):
    """An experiment after a change."""

    changed: bool
    published: Published | None
    note: str | None


class ExperimentAdvanced(Experiment):
    """An experiment, and what was decided."""

    decision: Json | None
    published: Published | None


class ExperimentsAdvanced(Shape):
    """What advancing came to."""

    experiments: list[ExperimentAdvanced]
    dry_run: bool


class FeedbackKept(Shape):
    """What was kept of what somebody said, and whether the webhook took it."""

    call: str
    prompt: str
    version: str | None
    scores: list[str]
    negative: bool
    told: Any
    untold: Any


class EventsKept(Shape):
    """How many rows came, and how many the store did not have yet."""

    store: str
    rows: int
    added: int

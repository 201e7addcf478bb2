"""Reports over events."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from promptctl.server.shapes.shape import Interval, Money, Shape, Time


class Amounts(Shape):
    """Sums over calls."""

    calls: int
    unpriced: Annotated[int, Field(description="Calls of unknown price, which are not in `cost`.")]
    cost: Money
    at_least: bool
    input_tokens: int | None
    cache_read_tokens: int | None
    cache_write_tokens: int | None
    output_tokens: int | None
    cache_hits: int
    saved: Money


class Total(Amounts):
    """The sum of all lines."""

    provider_cache_saved: Money | None


Group = Annotated[dict[str, str | None], Field(description="By the keys of `by`.")]


class CostLine(Amounts):
    """Calls that have these keys in common; `group` is null for all others together."""

    group: Group | None
    day: Time = ""
    hour: Time = ""
    share: float | None
    days: Annotated[list[Money], Field(default_factory=list)]


class Costs(Shape):
    """What calls cost."""

    by: list[str]
    lines: list[CostLine]
    total: Total
    first_day: Time | None
    days: list[Money]


class Difference(Shape):
    """A difference to the version before; `visible` is the smallest that this many calls could show."""

    estimate: float
    interval: Interval | None
    visible: float | None


class ScoreLine(Shape):
    """One score of a group."""

    count: int
    mean: float | None
    is_share: bool
    interval: Interval | None
    change: Difference | None


class QualityLine(Shape):
    """Calls that have these keys in common."""

    group: Group
    day: Time = ""
    hour: Time = ""
    calls: int
    errors: int
    error_rate: float
    error_interval: Interval | None
    error_change: Difference | None
    latency_p50: float | None
    latency_p95: float | None
    latency_p99: float | None
    cost_per_call: Money | None
    previous: str | None
    scores: dict[str, ScoreLine]


class Quality(Shape):
    """How good calls were."""

    by: list[str]
    scores: list[str]
    lines: list[QualityLine]


class Passed(Shape):
    """What evidence says."""

    passed: int
    cases: int


class WhatIfLine(Shape):
    """The calls of a prompt; `then` is null where evidence does not cover the model."""

    prompt: str
    calls: int
    now: Money
    then: Money | None
    evidence: Passed | None
    own_evidence: Passed | None


class WhatIf(Shape):
    """With another model, or with answers kept."""

    lines: list[WhatIfLine]
    now: Money
    then: Money


class VersionLine(Shape):
    """The calls of one text and model; `unknown` says why `then` is null."""

    served: str
    model: str | None
    calls: int
    input_tokens: float
    input_tokens_change: float | None
    basis: str | None
    rendered: int
    now: Money
    then: Money | None
    unknown: str | None


class VersionWhatIf(Shape):
    """With another version."""

    prompt: str
    reference: str
    lines: list[VersionLine]
    now: Money
    then: Money


class Said(Shape):
    """What somebody said of a call."""

    call: str
    at: Time
    prompt: str | None
    version: str | None
    environment: str | None
    name: str
    value: float | None
    negative: bool
    comment: str | None
    correction: str | None


class Feedback(Shape):
    """What people said."""

    feedback: list[Said]

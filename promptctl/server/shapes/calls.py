"""Calls of applications."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from promptctl.server.shapes.prompts import MoveThere
from promptctl.server.shapes.shape import Commit, Digest, Json, NextPage, Shape, Time

Microseconds = Annotated[int, Field(description="Since 1970, UTC.")]
Picodollars = Annotated[int, Field(description="1e-12 US dollars.")]


class Call(Shape):
    """A call as the store keeps it, without what was asked and answered."""

    id: str
    at: Microseconds
    prompt: str
    status: str
    trace: str | None
    parent: str | None
    version: str | None
    digest: Digest | None
    environment: str | None
    arm: str | None
    split: str | None
    reason: str | None
    unit: str | None
    step: str | None
    user: str | None
    endpoint: str | None
    model: str | None
    provider: str | None
    host: str | None
    latency_ms: float | None
    first_token_ms: float | None
    input_tokens: int | None
    output_tokens: int | None
    cache_read_tokens: int | None
    cache_write_tokens: int | None
    cost: Picodollars | None
    saved: Picodollars | None
    cache: str | None
    attempts: int | None
    prices: str | None
    attributes: Any
    rendered: Digest | None


class Calls(Shape):
    """A page of calls, newest first."""

    calls: list[Call]
    next_page_token: NextPage


class Score(Shape):
    """What was said of a call."""

    event: str
    name: str
    at: Microseconds
    value: float | None
    source: str
    comment: str | None
    correction: str | None


class ServedText(Shape):
    """The state of the prompt that was served."""

    reference: str
    released: bool


class ShownCall(Shape):
    """A call, and what the model was sent."""

    call: Call
    inputs: Annotated[Any, Field(description="Where the store keeps them.")]
    output: Any
    scores: list[Score]
    served: ServedText | None
    messages: Annotated[list[Json] | None, Field(description="What the inputs make of the text that was served.")]
    exact: Annotated[bool | None, Field(description="Whether their digest is the one that the application kept.")]
    unknown: Annotated[str | None, Field(description="Why the messages are not known.")]


class Change(Shape):
    """A commit that changed the prompt."""

    commit: Commit
    author: str
    co_authors: list[str]
    at: Time
    subject: str
    trailers: list[list[str]]
    pull_request: str | None


class Sending(Shape):
    """Calls of one version in one place that sent the text."""

    prompt: str
    version: str | None
    digest: Digest | None
    environment: str | None
    arm: str | None
    count: int
    first: Microseconds
    last: Microseconds


class Sent(Shape):
    """All calls that sent a text."""

    rendered: Digest | None
    calls: int
    by: list[Sending]


class Why(Shape):
    """Where something comes from."""

    prompt: str
    digest: Digest
    version: str | None
    tag: str | None
    tagged: Time | None
    commit: Commit | None
    after: Annotated[str | None, Field(description="The version before.")]
    changes: list[Change]
    moves: list[MoveThere]
    approvals: list[Json]
    call: Call | None
    sent: Sent | None
    also: list[str]
    faults: Annotated[list[str], Field(description="What does not fit together.")]

"""Prompts, their versions, and what is kept of them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from promptctl.server.shapes.shape import Commit, Digest, Interval, Json, NextPage, PageTotal, Shape, Time

Text = Annotated[str | list[Json], Field(description="Text, or parts: text and images.")]


class ListedPrompt(Shape):
    """A prompt of a list."""

    name: str
    version: Annotated[str | None, Field(description="As the lock has it, or as the environment serves it.")]
    here: Annotated[bool, Field(description="Whether the default branch has its files.")]
    model: Any
    chain: bool
    owner: str
    tags: list[str]
    metadata: Json
    description: str


class Prompts(Shape):
    """A page of prompts."""

    prompts: list[ListedPrompt]
    total: PageTotal
    next_page_token: NextPage


class Lock(Shape):
    """What the lock says of a prompt."""

    version: str
    digest: Digest
    releases: dict[str, str]
    retired: dict[str, str]


class Input(Shape):
    """An input. One that is not required has a default."""

    required: bool
    schema_: Annotated[Json, Field(alias="schema", description="JSON Schema.")]
    default: Any = None


class Message(Shape):
    """A message as it is written, or an input that holds earlier ones."""

    role: str = ""
    content: Text = ""
    cache: bool = False
    placeholder: str = ""


class Step(Shape):
    """A step of a chain."""

    name: str
    prompt: str
    digest: Digest
    inputs: dict[str, str]


class ShownPrompt(Shape):
    """A prompt at one state."""

    name: str
    reference: str
    version: str | None
    commit: Commit | None
    digest: Digest
    lock: Lock | None
    as_locked: bool | None
    suite: bool
    description: str
    owner: str
    tags: list[str]
    metadata: Json
    formerly: list[str]
    model: Any
    parameters: Json
    inputs: dict[str, Input]
    messages: list[Message]
    steps: list[Step]
    output: Json | bool | None
    tools: list[Json]
    partials: dict[str, Any]


class Version(Shape):
    """A version, and where it is served."""

    version: str
    digest: Digest | None
    tagged: Time | None
    commit: Commit | None
    live: Annotated[list[str], Field(description="Environments.")]
    arms: Annotated[list[str], Field(description="Where it shares the traffic, and in which arm.")]
    retired: Annotated[str | None, Field(description="Why it must not be served any more.")]
    fault: Annotated[str | None, Field(description="What tag and lock disagree on.")]


class Versions(Shape):
    """A page of versions."""

    prompt: str
    versions: list[Version]
    total: PageTotal
    next_page_token: NextPage


class Move(Shape):
    """One change of what an environment serves."""

    serial: int
    at: Time
    kind: Literal["promote", "rollback", "split", "remove"]
    version: str | None
    digest: Digest | None
    by: str
    from_: Annotated[str | None, Field(alias="from", description="What served the version before.")]
    reason: str | None
    approvals: list[str]
    evidence: Annotated[Json | None, Field(description="What the gate saw.")]
    notes: list[str]
    split: Json | None
    chain: str | None


class MoveThere(Move):
    """One change, and where."""

    environment: str


class History(Shape):
    """Versions and moves, newest first."""

    prompt: str
    versions: list[Version]
    moves: list[MoveThere]


class Run(Shape):
    """What one model's answers came to in one run of the suite."""

    label: Annotated[str, Field(description="The newest release with this text, `work`, or digits of its digest.")]
    model: str
    time: Time
    subject: Digest
    suite: Digest
    file: str
    cases: int
    passed: int
    share: float | None
    interval: Annotated[Interval, Field(description="Of the share, 95 % (Wilson).")]
    cost: Annotated[float | None, Field(description="US dollars a case.")]
    latency_p95: Annotated[float | None, Field(description="Milliseconds.")]


class Evidence(Shape):
    """A page of kept runs."""

    prompt: str
    runs: list[Run]
    total: PageTotal
    next_page_token: NextPage
    notes: Annotated[list[str], Field(description="What could not be read.")]


class Side(Shape):
    """One side of a comparison."""

    name: str
    reference: str
    version: str | None
    commit: Commit | None
    digest: Digest


class Reason(Shape):
    """Why a change is of its class."""

    field: str
    message: str
    change: str


class Diff(Shape):
    """What differs by meaning."""

    old: Side
    new: Side
    differs: bool
    change: Annotated[Literal["none", "patch", "minor", "major"], Field(description="What it is to callers.")]
    reasons: list[Reason]
    model: list[Json]
    parameters: list[Json]
    inputs: list[Json]
    output: list[Json]
    tools: list[Json]
    steps: list[Json]
    messages: list[Json]
    partials: list[Json]
    cases: list[Json] | None


class Rendered(Shape):
    """What a prompt and its inputs come to."""

    name: str
    reference: str
    digest: Digest
    version: str | None
    prompt: Annotated[str, Field(description="What was rendered: the prompt, or a step's.")]
    step: str | None
    later_steps: Annotated[list[str], Field(description="Steps that need this one's answer.")]
    messages: list[Json]
    rendered: Annotated[Digest | None, Field(description="Of the messages, as events keep it.")]
    request: Annotated[Json, Field(default_factory=dict, description="With `format`: as that API takes it.")]

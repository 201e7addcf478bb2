"""What one call of an application leaves behind, and the one table of data that says how every store spells it.

DDL, rows, JSON and CSV all follow from ``EVENTS``, ``SCORES`` and ``DROPS``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from promptctl.core.models.request import compact_json

SCHEMA_VERSION = 1
"""Of the tables; SQLite keeps it in ``PRAGMA user_version``. A column that is added to them does not raise it."""

STATUSES = (
    "ok",
    *"rate-limited quota failing unauthorized refused malformed timeout unreachable cancelled app".split(),
)
"""How a call ended: well, or by the kind of the fault."""

SOURCES = ("online", "feedback", "import")
"""Where a score came from: a sampled expectation, the application's users, a file."""

MOST_INTEGER = 2**63 - 1
LAST_TIME = 253_402_300_799_999_999
"""The end of the year 9999, in microseconds since 1970."""

Scalar = str | int | float | None
"""What a cell of a store holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: ``kind`` is "text", "integer" (64 bits), "number" (double) or "json" (a value, stored as its text).

    ``choices`` are the only values of a text; ``least`` and ``most`` are the bounds of a number. ``added``: the first
    stores do not have it. Where it is missing it is empty, and programs that do not know it write on without it.
    """

    name: str
    kind: str = "text"
    required: bool = False
    choices: tuple[str, ...] = ()
    least: int | None = 0
    most: int | None = None
    added: bool = False
    meaning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of a store. ``key`` is unique; ``indexes`` are columns that reports search by."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    indexes: tuple[tuple[str, ...], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names in their order."""
        return tuple(column.name for column in self.columns)

    @property
    def added(self) -> tuple[Column, ...]:
        """The columns that a store of before may not have."""
        return tuple(column for column in self.columns if column.added)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One call. ``at`` is its start in microseconds since 1970, UTC; money is in picodollars (1e-12 USD), so that
    every price table stays exact; what is unknown is None, never zero.

    ``unit`` and ``user`` are as the application knows them: recording hashes them unless it is told not to.
    ``attributes``, ``inputs`` and ``output`` are JSON values.
    """

    id: str
    at: int
    prompt: str
    status: str
    trace: str | None = None
    parent: str | None = None
    version: str | None = None
    digest: str | None = None
    environment: str | None = None
    arm: str | None = None
    split: str | None = None
    reason: str | None = None
    unit: str | None = None
    step: str | None = None
    user: str | None = None
    endpoint: str | None = None
    model: str | None = None
    provider: str | None = None
    host: str | None = None
    latency_ms: float | None = None
    first_token_ms: float | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None
    cost: int | None = None
    saved: int | None = None
    cache: str | None = None
    attempts: int | None = None
    prices: str | None = None
    attributes: Mapping[str, Any] | None = None
    inputs: Any = None
    output: Any = None
    rendered: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What somebody or something said of a call, named ``event`` by its id. ``at`` as in events."""

    event: str
    name: str
    at: int
    value: float | None = None
    source: str = "feedback"
    comment: str | None = None
    correction: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """How many events and scores a process could not keep, as counted at that time."""

    process: str
    at: int
    count: int


_TOKENS = {
    "input_tokens": "tokens sent, cached ones included",
    "output_tokens": "tokens answered",
    "cache_read_tokens": "of the tokens sent, those the provider had cached",
    "cache_write_tokens": "of the tokens sent, those the provider put into its cache",
}

EVENTS = Table(
    name="events",
    key=("id",),
    indexes=(("at",), ("prompt", "at")),
    columns=(
        Column(name="id", required=True, meaning="names the call: a ULID, in the order of time"),
        Column(name="trace", meaning="what the calls of one request or chain have in common"),
        Column(name="parent", meaning="the call of the chain that this step belongs to"),
        Column(name="at", kind="integer", required=True, most=LAST_TIME, meaning="start, microseconds since 1970, UTC"),
        Column(name="prompt", required=True, meaning="name of the prompt"),
        Column(name="version", meaning="version that was served"),
        Column(name="digest", meaning="digest that was served"),
        Column(name="environment", meaning="environment it was served from"),
        Column(name="arm", meaning="arm of the split"),
        Column(name="split", meaning="id of the split"),
        Column(
            name="reason",
            meaning="why this version: `forced`, `split`, `pointer`, `shadow`, with notes; `judge`: it judged",
        ),
        Column(name="unit", meaning="what the split assigned, hashed"),
        Column(name="step", meaning="step of a chain"),
        Column(name="user", meaning="who called, as the application says, hashed"),
        Column(name="endpoint", meaning="part of the application that called"),
        Column(name="model", meaning="model that answered"),
        Column(name="provider", meaning="provider that answered"),
        Column(name="host", meaning="host that answered"),
        Column(name="status", required=True, choices=STATUSES, meaning="`ok`, or the kind of the fault"),
        Column(name="latency_ms", kind="number", meaning="milliseconds to the whole answer"),
        Column(name="first_token_ms", kind="number", meaning="milliseconds to the first piece of a stream"),
        *(Column(name=name, kind="integer", meaning=meaning) for name, meaning in _TOKENS.items()),
        Column(name="cost", kind="integer", meaning="picodollars (10^-12 USD); empty: unknown"),
        Column(name="saved", kind="integer", meaning="picodollars that a cached answer saved"),
        Column(name="cache", meaning="outcome of the cache: `off`, `miss`, `exact`, `semantic`, `shared`"),
        Column(name="attempts", kind="integer", meaning="calls to providers, retries included"),
        Column(name="prices", meaning="version of the price table"),
        Column(name="attributes", kind="json", meaning="what the application knows of the call, for segments"),
        Column(name="inputs", kind="json", meaning="inputs, only with `content = true`, masked"),
        Column(name="output", kind="json", meaning="answer, only with `content = true`, masked"),
        Column(name="rendered", added=True, meaning="digest of the messages as sent; not with `rendered = false`"),
    ),
)
SCORES = Table(
    name="scores",
    key=("event", "name", "source", "at"),
    columns=(
        Column(name="event", required=True, meaning="id of the call"),
        Column(name="name", required=True, meaning="name of the score"),
        Column(name="value", kind="number", least=None, meaning="the score; empty for a mere comment"),
        Column(name="source", required=True, choices=SOURCES, meaning="`online`, `feedback` or `import`"),
        Column(name="at", kind="integer", required=True, most=LAST_TIME, meaning="microseconds since 1970, UTC"),
        Column(name="comment", meaning="what was said of it, masked"),
        Column(name="correction", meaning="what the answer should have been, masked"),
    ),
)
DROPS = Table(
    name="drops",
    key=("process", "at"),
    columns=(
        Column(name="process", required=True, meaning="process that could not keep events"),
        Column(name="at", kind="integer", required=True, most=LAST_TIME, meaning="microseconds since 1970, UTC"),
        Column(name="count", kind="integer", required=True, meaning="events and scores that were not kept"),
    ),
)
TABLES = (EVENTS, SCORES, DROPS)
_CELLS = {
    Event: attrgetter(*EVENTS.names),
    Score: attrgetter(*SCORES.names),
    Drop: attrgetter(*DROPS.names),
}
_JSON = tuple((index, column.name) for index, column in enumerate(EVENTS.columns) if column.kind == "json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Rows for a store, each in the order of its table's columns."""

    events: Sequence[tuple[Scalar, ...]] = ()
    scores: Sequence[tuple[Scalar, ...]] = ()
    drops: Sequence[tuple[Scalar, ...]] = ()

    def tables(self) -> tuple[tuple[str, Sequence[tuple[Scalar, ...]]], ...]:
        """The rows of each table, by its name."""
        return ("events", self.events), ("scores", self.scores), ("drops", self.drops)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """What pruning took away: rows (files, where a store has only those), and bytes that are free again."""

    rows: int
    bytes: int


def _as_it_is(_: str, value: Any) -> Any:
    return value


def row(value: Event | Score | Drop, json_value: Callable[[str, Any], Any] = _as_it_is) -> tuple[Scalar, ...]:
    """The cells of a value in the order of its table's columns, JSON values as their text.

    ``json_value`` says, by a column's name and value, what is spelled instead. Raises ValueError or TypeError for what
    is no JSON value.
    """
    cells: tuple[Any, ...] = _CELLS[type(value)](value)
    if not isinstance(value, Event):
        return cells
    spelled = list(cells)
    for index, name in _JSON:
        if spelled[index] is not None:
            kept = json_value(name, spelled[index])
            spelled[index] = None if kept is None else compact_json(kept)
    return tuple(spelled)

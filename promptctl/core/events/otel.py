"""Columns of events as the attributes of OpenTelemetry spans: one table of names.

Names of the GenAI conventions are those of github.com/open-telemetry/semantic-conventions-genai, which still move, as
of commit ``UPSTREAM``; what the conventions have no name for begins with ``promptctl.``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from promptctl.core.events.event import EVENTS, MOST_INTEGER, Scalar

UPSTREAM = "67dff024110be5bd9f318006e733f4078e0f4c97"
OPERATION_NAME, OPERATION = "gen_ai.operation.name", "chat"
ERROR_TYPE = "error.type"
EVALUATION_EVENT = "gen_ai.evaluation.result"
DROPPED_EVENT = "promptctl.dropped"

SPAN_NAMES: Mapping[str, str] = {
    "prompt": "gen_ai.prompt.name",
    "version": "gen_ai.prompt.version",
    "provider": "gen_ai.provider.name",
    "model": "gen_ai.response.model",
    "host": "server.address",
    "input_tokens": "gen_ai.usage.input_tokens",
    "output_tokens": "gen_ai.usage.output_tokens",
    "cache_read_tokens": "gen_ai.usage.cache_read.input_tokens",
    "cache_write_tokens": "gen_ai.usage.cache_write.input_tokens",
    "first_token_ms": "gen_ai.response.time_to_first_chunk",
    "cost": "promptctl.cost_usd",
    "saved": "promptctl.saved_usd",
    **{
        name: f"promptctl.{name}"
        for name in (
            "id parent digest environment arm split reason unit step user endpoint status cache attempts prices "
            "attributes inputs output rendered"
        ).split()
    },
}
"""The attribute of each column; ``trace``, ``at`` and ``latency_ms`` are the span's own trace, start and end."""

SCORE_NAMES: Mapping[str, str] = {
    "event": "promptctl.id",
    "name": "gen_ai.evaluation.name",
    "value": "gen_ai.evaluation.score.value",
    "comment": "gen_ai.evaluation.explanation",
    "source": "promptctl.source",
    "correction": "promptctl.correction",
}
_UNITS = {"first_token_ms": 1_000, "cost": 10**12, "saved": 10**12}
"""What a column is divided by to be in seconds or dollars."""

_TRACE = re.compile(r"(?:[0-9a-f]{2}-)?([0-9a-f]{32})(?:-([0-9a-f]{16})-[0-9a-f]{2})?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A call as a span. Times are in nanoseconds since 1970; ``failed`` is whether it ended in a fault."""

    trace_id: bytes
    span_id: bytes
    parent_id: bytes
    name: str
    start: int
    end: int
    failed: bool
    attributes: Mapping[str, Scalar]


def span_of(row: tuple[Scalar, ...]) -> Span:
    """The span of an event's row. A ``trace`` in W3C's form is taken as it is, ids of others are made of their hash."""
    cells = dict(zip(EVENTS.names, row, strict=True))
    trace_id, above = _trace_ids(str(cells["trace"] or cells["id"]))
    start = nanoseconds(int(cells["at"] or 0) * 1_000)
    attributes: dict[str, Scalar] = {OPERATION_NAME: OPERATION}
    for column, name in SPAN_NAMES.items():
        value = cells[column]
        if value is not None:
            attributes[name] = float(value) / _UNITS[column] if column in _UNITS else value
    failed = cells["status"] != "ok"
    if failed:
        attributes[ERROR_TYPE] = cells["status"]
    return Span(
        trace_id=trace_id,
        span_id=_hashed(str(cells["id"]), 8),
        parent_id=_hashed(str(cells["parent"]), 8) if cells["parent"] else above,
        name=f"{OPERATION} {cells['model']}" if cells["model"] else OPERATION,
        start=start,
        end=nanoseconds(start + int(min(float(cells["latency_ms"] or 0) * 1_000_000, MOST_INTEGER))),
        failed=failed,
        attributes=attributes,
    )


def nanoseconds(since_1970: int) -> int:
    """A time as messages can hold it: the nearest where they cannot."""
    return min(max(since_1970, 0), MOST_INTEGER)


def _trace_ids(trace: str) -> tuple[bytes, bytes]:
    found = _TRACE.fullmatch(trace)
    if found and found[1] != "0" * 32:
        return bytes.fromhex(found[1]), bytes.fromhex(found[2] or "")
    return _hashed(trace, 16), b""


def _hashed(name: str, size: int) -> bytes:
    return hashlib.sha256(f"promptctl-span/v1|{name}".encode()).digest()[:size]

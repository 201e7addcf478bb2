"""Events and scores for tests."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from promptctl.core.events.event import EVENTS, SCORES, Column, Event, Score, Table

NOON = 1_763_726_400_000_000


def event(number: int = 0, /, **fields: Any) -> Event:
    """A call, ``number`` seconds after noon."""
    usual: dict[str, Any] = {
        "id": f"01K{number:023d}",
        "at": NOON + number * 1_000_000,
        "prompt": "support/triage",
        "version": "1.2.0",
        "digest": "sha256:" + "ab" * 32,
        "environment": "prod",
        "model": "gpt-4.1",
        "provider": "openai",
        "status": "ok",
        "latency_ms": 812.5,
        "input_tokens": 410,
        "output_tokens": 12,
        "cost": 916_000_000,
        "attempts": 1,
    }
    return Event(**usual | fields)


def score(number: int = 0, /, **fields: Any) -> Score:
    """A score of the call of that number."""
    usual: dict[str, Any] = {"event": f"01K{number:023d}", "name": "resolved", "at": NOON, "value": 1.0}
    return Score(**usual | fields)


_TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20)
_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**6), 10**6)
    | st.floats(allow_nan=False, allow_infinity=False)
    | _TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=5,
)


def _cells(column: Column) -> st.SearchStrategy[Any]:
    if column.choices:
        return st.sampled_from(column.choices)
    if column.kind == "integer":
        return st.integers(0, column.most or 2**63 - 1)
    if column.kind == "number":
        return st.floats(min_value=column.least, allow_nan=False, allow_infinity=False)
    if column.kind == "json":
        return st.dictionaries(_TEXTS, _JSON, max_size=3)
    return _TEXTS


def values(table: Table) -> st.SearchStrategy[dict[str, Any]]:
    """Fields that a row of a table may have, required ones always."""
    required = {column.name: _cells(column) for column in table.columns if column.required}
    optional = {column.name: _cells(column) for column in table.columns if not column.required}
    return st.fixed_dictionaries(required, optional=optional)


events = values(EVENTS).map(lambda fields: Event(**fields))
scores = values(SCORES).map(lambda fields: Score(**fields))

"""Fields of files as events: names, units, times, ids, and cells that spreadsheets leave alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.events.event import SCORES, Event
from promptctl.core.events.query import EventQuery, moment
from promptctl.core.events.reading import Reading, guarded, unguarded
from promptctl.errors import UsageError

THEIRS = {"when": "2026-01-31T12:00:00+01:00", "app": "triage", "usd": "0.00012", "secs": "0.8125", "junk": "x"}
READING = Reading(
    names={"when": "at", "app": "prompt", "usd": "cost_usd", "secs": "latency_seconds"}, constants={"status": "ok"}
)


def test_another_tools_row_is_an_event() -> None:
    found = READING.value(THEIRS, text=True)
    assert isinstance(found, Event)
    assert found.at == datetime(2026, 1, 31, 11, tzinfo=UTC).timestamp() * 1_000_000
    assert (found.prompt, found.cost, found.latency_ms, found.status) == ("triage", 120_000_000, 812.5, "ok")


def test_a_row_without_an_id_has_always_the_same_one() -> None:
    first, second = READING.value(THEIRS), READING.value(dict(reversed(THEIRS.items())))
    other = READING.value(THEIRS | {"usd": "0.00013"})
    assert isinstance(first, Event)
    assert isinstance(other, Event)
    assert first == second
    assert first.id != other.id
    assert first.id[:10] == other.id[:10]


@pytest.mark.parametrize(
    ("fields", "column", "value"),
    [
        ({"at_seconds": 1769857200.5}, "at", 1_769_857_200_500_000),
        ({"at_ms": "1769857200500"}, "at", 1_769_857_200_500_000),
        ({"at": "1769857200500000"}, "at", 1_769_857_200_500_000),
        ({"at": datetime(2026, 1, 31, 11, tzinfo=UTC)}, "at", 1_769_857_200_000_000),
        ({"at": 5, "cost_usd": 0.1}, "cost", 100_000_000_000),
        ({"at": 5, "cost_usd": "12345678.000000000001"}, "cost", 12_345_678_000_000_000_001),
        ({"at": 5, "first_token_seconds": 0.25}, "first_token_ms", 250.0),
        ({"at": 5, "model": ""}, "model", None),
    ],
)
def test_units(fields: dict[str, Any], column: str, value: object) -> None:
    if value == 12_345_678_000_000_000_001:
        with pytest.raises(UsageError, match="does not fit into 64 bits"):
            Reading().value({"prompt": "p", "status": "ok"} | fields)
        return
    assert getattr(Reading().value({"prompt": "p", "status": "ok"} | fields), column) == value


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"at": "2026-01-31T12:00:00"}, "`at`: a time is needed"),
        ({"at": "noon"}, "`at`: a time is needed"),
        ({"at": datetime(2026, 1, 31, 11)}, "`at`: a time is needed"),  # noqa: DTZ001 - without a zone is what is refused
        ({"at": 5, "cost_usd": "dear"}, "`cost_usd`: a number is needed"),
        ({"at": 5, "cost_usd": "NaN"}, "`cost_usd`: a number is needed"),
        ({"at": 5, "cost_usd": "1e999999"}, "`cost_usd`: a number is needed"),
        ({"at": 5, "latency_ms": 10**400}, "`latency_ms`: a number is needed"),
        ({}, "`id`: it is missing"),
        ({"at": 5, "colour": "red"}, "`colour` is not a column"),
    ],
)
def test_what_is_wrong_is_named(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        Reading().value({"prompt": "p", "status": "ok"} | fields)
    assert caught.value.problem.message.startswith(message)


def test_a_name_that_is_no_column_is_refused_at_once() -> None:
    with pytest.raises(UsageError) as caught:
        Reading(names={"x": "promt"})
    assert caught.value.hint == "did you mean `prompt`?"


def test_scores_come_from_imports() -> None:
    found = Reading(table=SCORES).value({"event": "a", "name": "resolved", "value": "1", "at": "5"}, text=True)
    assert (found.at, getattr(found, "value"), getattr(found, "source")) == (5, 1.0, "import")  # noqa: B009


@given(st.text())
def test_guarded_cells_are_no_formulas_and_come_back(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert not guarded(text).startswith(("=", "+", "-", "@", "\t", "\r"))


NOW = datetime(2026, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("2026-01-31", datetime(2026, 1, 31, tzinfo=UTC)),
        ("2026-01-31T12:00+02:00", datetime(2026, 1, 31, 10, tzinfo=UTC)),
        ("2026-01-31T12:00Z", datetime(2026, 1, 31, 12, tzinfo=UTC)),
        ("2d", datetime(2026, 1, 30, tzinfo=UTC)),
    ],
)
def test_moments(written: str, at: datetime) -> None:
    assert moment(written, NOW) == at.timestamp() * 1_000_000


def test_what_is_no_moment() -> None:
    with pytest.raises(UsageError) as caught:
        moment("yesterday", NOW)
    assert caught.value.code == "PC227"


def test_a_query_is_half_open() -> None:
    query = EventQuery(since=5, until=7, prompt="p")
    assert [query.matches({"at": at, "prompt": "p"}) for at in (4, 5, 6, 7)] == [False, True, True, False]
    text, values = query.sql("%s")
    assert text.endswith('WHERE "at" >= %s AND "at" < %s AND "prompt" = %s ORDER BY "at", "id"')
    assert values == [5, 7, "p"]

"""Events: one table of columns that every spelling follows, read strictly."""

from __future__ import annotations

import dataclasses
import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.events.event import DROPS, EVENTS, SCORES, TABLES, Drop, Event, Score, Table, row
from promptctl.core.events.spelling import (
    TYPES,
    cell_from_text,
    create_statements,
    event_from_dict,
    insert_statement,
    score_from_dict,
)
from promptctl.core.ulid import ulid, ulid_milliseconds
from promptctl.errors import UsageError
from tests.event_samples import event, events, score, scores

COLUMNS = {column.name: column for column in EVENTS.columns}


@pytest.mark.parametrize(("kind", "table"), [(Event, EVENTS), (Score, SCORES), (Drop, DROPS)])
def test_every_field_has_a_column_and_every_column_a_meaning(kind: type, table: Table) -> None:
    assert {field.name for field in dataclasses.fields(kind)} == set(table.names)
    assert all(column.meaning for column in table.columns)
    required = {field.name for field in dataclasses.fields(kind) if field.default is dataclasses.MISSING}
    assert required <= {column.name for column in table.columns if column.required}


@given(events)
def test_what_is_written_is_read_back(value: Event) -> None:
    written = dict(zip(EVENTS.names, row(value), strict=True))
    assert event_from_dict(written) == value
    assert event_from_dict(json.loads(json.dumps(written))) == value


@given(scores)
def test_scores_are_read_back(value: Score) -> None:
    assert score_from_dict(dict(zip(SCORES.names, row(value), strict=True))) == value


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"at": "soon"}, "`at`: a whole number is needed, not 'soon'"),
    ({"at": True}, "`at`: a whole number"),
    ({"at": None}, "`at`: it is missing"),
    ({"at": 1.5}, "`at`: a whole number"),
    ({"cost": -1}, "`cost`: it cannot be less than 0"),
    ({"cost": 2**63}, "`cost`: it does not fit into 64 bits"),
    ({"at": 10**18}, "`at`: it cannot be more than 253402300799999999"),
    ({"latency_ms": float("nan")}, "`latency_ms`: a number is needed"),
    ({"latency_ms": "fast"}, "`latency_ms`: a number is needed"),
    ({"prompt": ""}, "`prompt`: it is empty"),
    ({"prompt": 7}, "`prompt`: text is needed, not 7"),
    ({"status": "okay"}, "`status`: 'okay' is not known"),
    ({"model": "a\0b"}, "`model`: it holds a character that stores cannot keep"),
    ({"model": "\ud800"}, "`model`: it holds a character"),
    ({"attributes": "[1]"}, "`attributes`: a JSON object is needed"),
    ({"attributes": "{"}, "`attributes`: JSON is needed"),
    ({"output": '{"a":1,"a":2}'}, "`output`: JSON is needed"),
    ({"promt": "x"}, "`promt` is not a column of events"),
]


@pytest.mark.parametrize(("fields", "message"), REFUSED, ids=[message[:40] for _, message in REFUSED])
def test_what_is_wrong_is_named_by_its_field(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        event_from_dict(dict(zip(EVENTS.names, row(event()), strict=True)) | fields)
    assert caught.value.code == "PC220"
    assert caught.value.problem.message.startswith(message)


def test_an_unknown_source_of_a_score_is_named() -> None:
    with pytest.raises(UsageError, match="`source`: 'web' is not known"):
        score_from_dict(dict(zip(SCORES.names, row(score(source="web")), strict=True)))


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [("cost", "12", 12), ("cost", "", None), ("latency_ms", "1.5", 1.5), ("model", "", None), ("model", "m", "m")],
)
def test_cells_of_csv(column: str, text: str, value: object) -> None:
    assert cell_from_text(COLUMNS[column], text) == value


@pytest.mark.parametrize(
    ("column", "text"), [("cost", "1.0"), ("cost", "٣"), ("cost", "1_0"), ("cost", "9" * 30), ("latency_ms", "1ms")]
)
def test_cells_that_are_no_numbers(column: str, text: str) -> None:
    with pytest.raises(UsageError, match=f"`{column}`"):
        cell_from_text(COLUMNS[column], text)


@pytest.mark.parametrize("engine", TYPES)
def test_each_table_has_its_ddl(engine: str) -> None:
    for table in TABLES:
        made, *_ = create_statements(table, engine)
        assert all(f'"{name}" ' in made for name in table.names)


def test_sqlite_takes_the_ddl_and_a_row_once() -> None:
    connection = sqlite3.connect(":memory:")
    for table in TABLES:
        for statement in create_statements(table, "sqlite") * 2:
            connection.execute(statement)
    for value in (event(), score(), event(), score()):
        table = EVENTS if isinstance(value, Event) else SCORES
        connection.execute(insert_statement(table), row(value))
    assert connection.execute("SELECT count(*) FROM events").fetchone() == (1,)
    assert connection.execute('SELECT * FROM scores WHERE "value" = 1').fetchall() == [row(score())]
    connection.close()


@given(st.integers(0, 2**48 - 1), st.integers(0, 2**80 - 1), st.integers(0, 2**48 - 1), st.integers(0, 2**80 - 1))
def test_ulids_sort_as_their_times(first: int, chance: int, second: int, other: int) -> None:
    one, two = ulid(first, chance), ulid(second, other)
    assert ulid_milliseconds(one) == first
    assert (one < two) == ((first, chance) < (second, other))


def test_a_ulid_as_the_format_says() -> None:
    assert ulid(1_469_918_176_385, 0)[:10] == "01ARYZ6S41"
    assert ulid(2**48 - 1, 2**80 - 1) == "7" + "Z" * 25
    assert [ulid_milliseconds(name) for name in ("", "8" + "Z" * 25, "U" * 26)] == [None] * 3


def test_the_page_of_events_lists_every_column() -> None:
    page = (Path(__file__).parents[3] / "docs" / "reference" / "events.md").read_text(encoding="utf-8")
    written = re.findall(r"^\| `(\w+)` \| (?:text|integer|number|json)(?:, always)? \| (.*) \|$", page, re.MULTILINE)
    assert written == [(column.name, column.meaning) for table in TABLES for column in table.columns]

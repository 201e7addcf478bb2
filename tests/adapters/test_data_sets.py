"""Rows of data sets: JSON Lines keep their types, CSV cells get those of the inputs they fill, faults have lines."""

from __future__ import annotations

import csv
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from promptctl.adapters.data_sets import read_rows
from promptctl.core.prompts.prompt import parse_input
from promptctl.errors import DocumentError

INPUTS = {
    "ticket": parse_input("string"),
    "count": parse_input("integer"),
    "queues": parse_input({"type": "array", "items": {"type": "string"}}),
    "urgent": parse_input({"type": "boolean", "default": False}),
    "size": parse_input({"enum": [1, 2]}),
    "id": parse_input({"type": ["string", "integer"]}),
    "short": parse_input({"type": "string", "maxLength": 3}),
    "anything": parse_input({}),
}


def rows(text: str, file: str = "cases.csv") -> list[dict[str, Any]]:
    return [dict(row.values) for row in read_rows(text, file, INPUTS)]


def problems(text: str, file: str = "cases.csv") -> list[tuple[str, str]]:
    with pytest.raises(DocumentError) as caught:
        read_rows(text, file, INPUTS)
    assert {problem.code for problem in caught.value.problems} == {"PC047"}
    return [(str(problem.place), problem.message) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        ("ticket", "5", "5"),
        ("ticket", "", ""),
        ("count", "5", 5),
        ("count", " 5 ", 5),
        ("count", "five", "five"),
        ("count", "1e999", "1e999"),
        ("count", "NaN", "NaN"),
        ("queues", '"[""a"",""b""]"', ["a", "b"]),
        ("queues", "a", "a"),
        ("urgent", "true", True),
        ("urgent", "yes", "yes"),
        ("size", "2", 2),
        ("size", "3", "3"),
        ("id", "7", "7"),
        ("short", "long", "long"),
        ("anything", "5", "5"),
        ("price", "5", "5"),
        ("tags.language", "5", "5"),
    ],
)
def test_a_cell_becomes_what_its_input_takes_and_stays_text_where_it_takes_text(
    column: str, cell: str, value: Any
) -> None:
    assert rows(f"{column},x\n{cell},y\n") == [{column: value, "x": "y"}]


def test_an_empty_cell_leaves_an_input_out_that_takes_no_text() -> None:
    assert rows("ticket,urgent,queues,note\nhi,,,\n") == [{"ticket": "hi", "note": ""}]


def test_json_lines_keep_their_types_and_skip_blank_lines() -> None:
    text = '{"ticket": 5, "n": null, "q": ["a"]}\n\n  \n{"ticket": "x"}'
    assert rows(text, "cases.jsonl") == [{"ticket": 5, "n": None, "q": ["a"]}, {"ticket": "x"}]


def test_rows_know_the_line_they_start_at() -> None:
    found = read_rows('ticket\n"two\nlines"\n\nlast\n', "prompts/a/cases.csv", INPUTS)
    assert [(str(row.place), row.place.excerpt) for row in found] == [
        ("prompts/a/cases.csv:2", '"two'),
        ("prompts/a/cases.csv:5", "last"),
    ]
    found = read_rows('\n{"ticket": "x"}\n', "cases.jsonl", INPUTS)
    assert str(found[0].place) == "cases.jsonl:2"


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("a,a\n1,2\n", "cases.csv:1", "the column 'a' stands twice"),
        ("a, b\n1,2\n", "cases.csv:1", "a column is named ' b'"),
        ("a,\n1,2\n", "cases.csv:1", "a column is named ''"),
        ("a,b\n1,2\n1\n", "cases.csv:3", "1 values for 2 columns"),
        ("a,b\n1,2,3\n", "cases.csv:2", "3 values for 2 columns"),
        ('a,b\n1,"2\n', "cases.csv:2", "not valid CSV: unexpected end of data"),
        ('a,b\n1,2\n1,"2"3\n', "cases.csv:3", "not valid CSV"),
    ],
)
def test_malformed_csv_names_its_line(text: str, place: str, message: str) -> None:
    ((where, said),) = problems(text)
    assert where == place
    assert message in said


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "not JSON"),
        ("[1]", "a line must be a JSON object"),
        ('{"a": NaN}', "NaN is no JSON number"),
        ('{"a": 1e999}', "not JSON"),
        ('{"a": "\\ud800"}', "not JSON"),
        ('{"a": 1, "a": 2}', "the key 'a' stands twice"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_malformed_json_lines_name_their_line(line: str, message: str) -> None:
    ((where, said),) = problems('{"ok": 1}\n' + line, "cases.jsonl")
    assert where == "cases.jsonl:2"
    assert message in said


def test_every_wrong_line_is_told_up_to_a_screenful() -> None:
    assert [place for place, _ in problems("a,b\n1\n1,2\n3\n")] == ["cases.csv:2", "cases.csv:4"]
    assert len(problems("a,b\n" + "1\n" * 100)) == 20


def test_a_long_document_fits_a_cell_and_the_process_keeps_its_own_bound() -> None:
    before = csv.field_size_limit()
    assert len(rows("ticket\n" + "x" * 300_000)[0]["ticket"]) == 300_000
    assert csv.field_size_limit() == before


@given(some.lists(some.text(some.characters(exclude_characters="\r\0", exclude_categories=["Cs"])), min_size=1))
def test_text_comes_back_as_it_was_written(cells: list[str]) -> None:
    import io

    target = io.StringIO()
    csv.writer(target, lineterminator="\n").writerows([["ticket", "x"], *([cell, "x"] for cell in cells)])
    assert [row["ticket"] for row in rows(target.getvalue())] == cells

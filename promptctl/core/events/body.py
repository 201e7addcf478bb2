"""Events that come in one text: lines of JSON, or one array."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from promptctl.core.events.lines import parse_line
from promptctl.core.events.spelling import BAD_FIELD
from promptctl.core.files.strict_json import strict_json
from promptctl.errors import Place, UsageError

MOST_ROWS = 2_000
"""Rows that come at once: a store keeps so many together, or none."""

Row = tuple[Place, dict[str, Any]]


def body_rows(body: bytes, *, array: bool) -> Iterator[Row]:
    """Each row's place, by its number, and fields. Raises UsageError for what is none, and for too many."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise UsageError(BAD_FIELD, "the request is not UTF-8") from None
    for count, (place, fields) in enumerate(_elements(text) if array else _lines(text), 1):
        if count > MOST_ROWS:
            raise UsageError(BAD_FIELD, f"more than {MOST_ROWS:,} rows at once", place=place, hint="send them in parts")
        yield place, fields


def _lines(text: str) -> Iterator[Row]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield _place(number), parse_line(line)
            except ValueError as error:
                raise UsageError(BAD_FIELD, f"not a line of JSON: {error}", place=_place(number)) from None


def _elements(text: str) -> Iterator[Row]:
    try:
        found = strict_json(text)
    except ValueError as error:
        raise UsageError(BAD_FIELD, f"not JSON: {error}") from None
    if not isinstance(found, list):
        raise UsageError(BAD_FIELD, "a JSON array is needed", hint="for a line each: application/x-ndjson")
    for number, fields in enumerate(found, 1):
        if not isinstance(fields, dict):
            raise UsageError(BAD_FIELD, "a JSON object is needed", place=_place(number))
        yield _place(number), fields


def _place(number: int) -> Place:
    return Place("the request", number)

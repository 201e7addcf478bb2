"""How stores spell the tables of events: DDL for each engine, and values read back strictly from files."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from promptctl.core.events.event import EVENTS, MOST_INTEGER, SCORES, Column, Event, Score, Table
from promptctl.core.files.strict_json import strict_json
from promptctl.core.finite import is_finite
from promptctl.core.suggestion import suggest
from promptctl.errors import UsageError

BAD_FIELD = "PC220"

TYPES: dict[str, dict[str, str]] = {
    "sqlite": {"text": "TEXT", "integer": "INTEGER", "number": "REAL", "json": "TEXT"},
    "postgresql": {"text": "text", "integer": "bigint", "number": "double precision", "json": "text"},
    "duckdb": {"text": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "json": "VARCHAR"},
}
"""Each engine's types for the kinds of columns."""

_COLUMNS = {table.name: {column.name: column for column in table.columns} for table in (EVENTS, SCORES)}
_UNKEEPABLE = re.compile("[\0\ud800-\udfff]")


def quoted(names: tuple[str, ...]) -> str:
    """Column names as SQL spells them; some are words of SQL."""
    return ", ".join(f'"{name}"' for name in names)


def read_cells(table: Table, held: Collection[str]) -> str:
    """The table's columns as SQL reads them of a store that holds only some. One that is not there must not be named:
    SQLite would take its name for a text."""
    return ", ".join(f'"{name}"' if name in held else f'NULL AS "{name}"' for name in table.names)


def add_statements(table: Table, engine: str, held: Collection[str]) -> list[str]:
    """SQL that adds the columns which a store of before does not have."""
    missing = [column for column in table.added if column.name not in held]
    return [f'ALTER TABLE {table.name} ADD COLUMN "{it.name}" {TYPES[engine][it.kind]}' for it in missing]


def create_statements(table: Table, engine: str) -> list[str]:
    """SQL that makes a table and its indexes where they are not there yet."""
    columns = [
        f'"{column.name}" {TYPES[engine][column.kind]}{" NOT NULL" if column.required else ""}'
        for column in table.columns
    ]
    made = f"CREATE TABLE IF NOT EXISTS {table.name} ({', '.join(columns)}, PRIMARY KEY ({quoted(table.key)}))"
    return [made] + [
        f"CREATE INDEX IF NOT EXISTS {'_'.join((table.name, *index))} ON {table.name} ({quoted(index)})"
        for index in table.indexes
    ]


def insert_statement(table: Table, placeholder: str = "?") -> str:
    """SQL that adds a row unless its key is there already: what is written twice stands once."""
    values = ", ".join(placeholder for _ in table.columns)
    parts = ("INSERT INTO", table.name, f"({quoted(table.names)})", "VALUES", f"({values})", "ON CONFLICT DO NOTHING")
    return " ".join(parts)


def event_from_dict(values: Mapping[str, Any]) -> Event:
    """An event from a file's fields; JSON columns may be JSON values or their text.

    Raises UsageError that names the field.
    """
    return Event(**_checked(EVENTS, values))


def score_from_dict(values: Mapping[str, Any]) -> Score:
    """A score from a file's fields. Raises UsageError that names the field."""
    return Score(**_checked(SCORES, values))


def cell_from_text(column: Column, text: str) -> Any:
    """The value that a text cell of a CSV file spells; nothing is None. Raises UsageError that names the column."""
    if text == "":
        return None
    if column.kind == "integer":
        if not text.lstrip("-").isascii() or not text.removeprefix("-").isdigit() or len(text) > 20:
            raise _bad(column, f"a whole number is needed, not {text[:40]!r}")
        return int(text)
    if column.kind == "number":
        try:
            return float(text)
        except ValueError:
            raise _bad(column, f"a number is needed, not {text[:40]!r}") from None
    return text


def _checked(table: Table, values: Mapping[str, Any]) -> dict[str, Any]:
    columns = _COLUMNS[table.name]
    for name in values:
        if name not in columns:
            hint = suggest(str(name), list(columns)) or f"columns: {', '.join(columns)}"
            raise UsageError(BAD_FIELD, f"`{name}` is not a column of {table.name}", hint=hint)
    found = {}
    for name, column in columns.items():
        value = values.get(name)
        if value is not None:
            found[name] = _value(column, value)
        elif column.required:
            raise _bad(column, "it is missing")
    return found


def _value(column: Column, value: Any) -> Any:
    if column.kind == "json":
        return _json(column, value)
    if column.kind == "text":
        return _text(column, value)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if column.kind == "integer":
        if not number or (isinstance(value, float) and not value.is_integer()):
            raise _bad(column, f"a whole number is needed, not {value!r:.40}")
        value = int(value)
        if abs(value) > MOST_INTEGER:
            raise _bad(column, "it does not fit into 64 bits")
    elif not number or not is_finite(value):
        raise _bad(column, f"a number is needed, not {value!r:.40}")
    if column.least is not None and value < column.least:
        raise _bad(column, f"it cannot be less than {column.least}")
    if column.most is not None and value > column.most:
        raise _bad(column, f"it cannot be more than {column.most}")
    return value if column.kind == "integer" else float(value)


def _text(column: Column, value: Any) -> str:
    if not isinstance(value, str):
        raise _bad(column, f"text is needed, not {value!r:.40}")
    if column.required and not value:
        raise _bad(column, "it is empty")
    if column.choices and value not in column.choices:
        hint = suggest(value, list(column.choices)) or f"one of {', '.join(column.choices)}"
        raise _bad(column, f"{value[:40]!r} is not known", hint)
    if _UNKEEPABLE.search(value):
        raise _bad(column, "it holds a character that stores cannot keep")
    return value


def _json(column: Column, value: Any) -> Any:
    if isinstance(value, str):
        try:
            value = strict_json(value)
        except ValueError as error:
            raise _bad(column, f"JSON is needed: {error}") from None
    if column.name == "attributes" and not isinstance(value, dict):
        raise _bad(column, "a JSON object is needed")
    return value


def _bad(column: Column, message: str, hint: str | None = None) -> UsageError:
    return UsageError(BAD_FIELD, f"`{column.name}`: {message}", hint=hint)

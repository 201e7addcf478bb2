"""SQL of DuckDB that shows files as the tables of events, whatever columns each file has."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from promptctl.core.events.event import Column, Table
from promptctl.core.events.spelling import TYPES

_TYPES = TYPES["duckdb"]


def parquet_source(files: Sequence[str]) -> str:
    """What reads Parquet files, columns by their names."""
    return f"read_parquet({_listed(files)}, union_by_name = true)"


def jsonl_source(table: Table, files: Sequence[str]) -> str:
    """What reads files of JSON lines. A line that a process could not finish is null throughout."""
    types = {column.name: "JSON" if column.kind == "json" else _TYPES[column.kind] for column in table.columns}
    columns = ", ".join(f"{_quoted(name)}: {_quoted(kind)}" for name, kind in types.items())
    options = f"format = 'newline_delimited', ignore_errors = true, columns = {{{columns}}}"
    return f"read_json({_listed(files)}, {options})"


def from_parquet(table: Table, source: str, held: Collection[str]) -> str:
    """The table's columns of Parquet files that hold these columns."""
    cells = [
        _named(f"CAST({_name(column) if column.name in held else 'NULL'} AS {_TYPES[column.kind]})", column)
        for column in table.columns
    ]
    return " ".join(("SELECT", ", ".join(cells), "FROM", source))


def from_jsonl(table: Table, source: str) -> str:
    """The table's columns of JSON lines."""
    cells = [_text_of(column) if column.kind == "json" else _name(column) for column in table.columns]
    return " ".join(("SELECT", ", ".join(cells), "FROM", source, "WHERE", f'"{table.key[0]}" IS NOT NULL'))


def from_nothing(table: Table) -> str:
    """The table's columns without a row."""
    cells = [_named(f"NULL::{_TYPES[column.kind]}", column) for column in table.columns]
    return " ".join(("SELECT", ", ".join(cells), "WHERE false"))


def _text_of(column: Column) -> str:
    """A JSON cell as its text, whether the file has a value there or that value's text."""
    name = _name(column)
    text = f"{name} ->> '$'"
    return _named(f"CASE json_type({name}) WHEN 'VARCHAR' THEN {text} ELSE {name}::VARCHAR END", column)


def _name(column: Column) -> str:
    return f'"{column.name}"'


def _named(expression: str, column: Column) -> str:
    return f"{expression} AS {_name(column)}"


def _listed(files: Sequence[str]) -> str:
    # Names of files are taken as they are, not as patterns.
    return "[" + ", ".join(_quoted(re.sub(r"([*?\[])", r"[\1]", name)) for name in files) + "]"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"

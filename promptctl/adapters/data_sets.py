"""Reads the data sets of suites: JSON Lines as typed, CSV by the schemas of the inputs that its columns fill."""

from __future__ import annotations

import csv
import marshal
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from promptctl.adapters.files import MAX_BYTES
from promptctl.core.evals.packed import Packed
from promptctl.core.files.strict_json import strict_json
from promptctl.core.json_schemas.value_schema import value_fault
from promptctl.core.prompts.prompt import Input
from promptctl.errors import DocumentError, Place, Problem

DATA_SET = "PC047"
MOST_PROBLEMS = 20
MOST_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class DataRow:
    """One row: its columns by name, and where it starts."""

    values: Mapping[str, Any]
    place: Place


def read_rows(text: str, shown: str, inputs: Mapping[str, Input]) -> Packed[DataRow]:
    """The rows of a ``.csv`` or ``.jsonl`` text, at most 100,000.

    Raises DocumentError with the place of each of the first lines at fault.
    """
    rows: list[bytes] = []
    problems: list[Problem] = []
    found = _csv_rows(text, shown, inputs) if shown.endswith(".csv") else _json_rows(text, shown)
    for item in found:
        if isinstance(item, Problem):
            problems.append(item)
        elif len(rows) == MOST_ROWS:
            problems.append(Problem(DATA_SET, f"a data set has at most {MOST_ROWS} rows", item.place, "sample it"))
        else:
            rows.append(marshal.dumps((dict(item.values), item.place.line, item.place.excerpt)))
        if len(problems) == MOST_PROBLEMS:
            break
    if problems:
        raise DocumentError(tuple(problems))
    return Packed(rows, partial(_row, shown))


def _row(shown: str, packed: bytes) -> DataRow:
    values, line, excerpt = marshal.loads(packed)  # noqa: S302 - packed by read_rows
    return DataRow(values, Place(shown, line, excerpt=excerpt))


def _json_rows(text: str, shown: str) -> Iterator[DataRow | Problem]:
    for number, line in enumerate(_lines(text), 1):
        if not line.strip():
            continue
        place = Place(shown, number, excerpt=line[:120])
        try:
            value = strict_json(line)
        except ValueError as error:
            yield Problem(DATA_SET, f"not JSON: {error}", place)
        else:
            wrong = Problem(DATA_SET, "a line must be a JSON object", place, 'for example {"ticket": "…"}')
            yield DataRow(value, place) if isinstance(value, dict) else wrong


def _lines(text: str) -> Iterator[str]:
    """The lines of a text, one after the other: a list of them would take as much again."""
    start = 0
    while (end := text.find("\n", start)) >= 0:
        yield text[start:end]
        start = end + 1
    yield text[start:]


def _csv_rows(text: str, shown: str, inputs: Mapping[str, Input]) -> Iterator[DataRow | Problem]:
    header: list[str] | None = None
    lines = text.split("\n")
    for line, record in _records(text, shown):
        place = Place(shown, line, excerpt=lines[line - 1][:120])
        if isinstance(record, Problem):
            yield record
        elif header is None:
            header = record
            if fault := _header_fault(record):
                yield Problem(DATA_SET, fault, place)
                return
        elif len(record) != len(header):
            hint = "put a value that holds a comma in quotes"
            yield Problem(DATA_SET, f"{len(record)} values for {len(header)} columns", place, hint)
        else:
            yield DataRow(_typed(dict(zip(header, record, strict=True)), inputs), place)


def _records(text: str, shown: str) -> Iterator[tuple[int, list[str] | Problem]]:
    """Each record with the line it starts at; the bound on a cell, 128 KiB by default, belongs to the whole process."""
    reader = csv.reader((f"{line}\n" for line in _lines(text)), strict=True)
    limit = csv.field_size_limit(MAX_BYTES)
    line = 1
    try:
        for record in reader:
            if record:
                yield line, record
            line = reader.line_num + 1
    except csv.Error as error:
        yield line, Problem(DATA_SET, f"not valid CSV: {error}", Place(shown, line))
    finally:
        csv.field_size_limit(limit)


def _header_fault(header: list[str]) -> str | None:
    if len(set(header)) != len(header):
        twice = next(column for column in header if header.count(column) > 1)
        return f"the column {twice!r} stands twice"
    blank = next((column for column in header if column != column.strip() or not column), None)
    return None if blank is None else f"a column is named {blank!r}: a name has no blanks around it"


def _typed(row: dict[str, str], inputs: Mapping[str, Input]) -> dict[str, Any]:
    """Cells that fill inputs as values of their schemas; an empty cell that is no such value leaves its input out."""
    found: dict[str, Any] = {}
    for column, cell in row.items():
        if column not in inputs or value_fault(inputs[column].schema, cell) is None:
            found[column] = cell
        elif cell:
            found[column] = _spelled(cell, inputs[column])
    return found


def _spelled(cell: str, into: Input) -> Any:
    """The JSON value that a cell spells, if the input takes it; else the text, which is refused with its place."""
    try:
        value = strict_json(cell)
    except ValueError:
        return cell
    return value if value_fault(into.schema, value) is None else cell

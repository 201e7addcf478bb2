"""Files of events, row by row: lines of JSON, CSV, Parquet. Memory does not grow with the file."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from promptctl.adapters.writing import clear_leftovers, refused_as, unfinished_beside
from promptctl.core.events.event import Scalar, Table
from promptctl.core.events.lines import json_line, parse_line
from promptctl.core.events.reading import guarded, unguarded
from promptctl.errors import Place, UsageError

UNREADABLE, UNKNOWN_KIND, NOT_INSTALLED, BAD_FIELD = "PC010", "PC228", "PC225", "PC220"
FORMATS = ("jsonl", "csv", "parquet")
MOST_LINE = 16 * 1024 * 1024
_ROWS = 5_000

Row = tuple[Place, dict[str, Any]]


def format_of(name: str, form: str | None = None) -> str:
    """The format of a file by its name, or as it was said. Raises UsageError."""
    found = form or Path(name).suffix.removeprefix(".").lower()
    if found not in FORMATS:
        known = ", ".join(f".{known}" for known in FORMATS)
        raise UsageError(UNKNOWN_KIND, f"{name} is no file of events by its name", hint=f"files end in {known}")
    return found


def read_file(path: Path, shown: str) -> Iterator[Row]:
    """Each row's place and fields; those of CSV are text.

    Raises UsageError for a file that cannot be read, and with its place for a row that is malformed.
    """
    readers: dict[str, Callable[[Path, str], Iterator[Row]]] = {
        "jsonl": _json_rows,
        "csv": _csv_rows,
        "parquet": _parquet_rows,
    }
    reader = readers[format_of(shown)]
    try:
        yield from reader(path, shown)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is not UTF-8"
        raise UsageError(UNREADABLE, f"{shown} cannot be read: {reason}", place=Place(shown)) from None


def text_rows(rows: Iterable[Sequence[Scalar]], table: Table, form: str) -> Iterator[str]:
    """Lines of a file in one of the two formats of text."""
    if form == "jsonl":
        yield from (json_line(table.names, row) for row in rows)
        return
    yield _csv_line(table.names)
    for row in rows:
        yield _csv_line([guarded(cell) if isinstance(cell, str) else cell for cell in row])


def write_text(path: Path, lines: Iterable[str]) -> int:
    """Writes a file whole under its name. How many lines. Raises OutsideError when the disk refuses."""
    count = 0
    with _replaced(path) as unfinished, unfinished.open("w", encoding="utf-8", newline="") as file:
        for line in lines:
            file.write(line)
            count += 1
    return count


def write_parquet(path: Path, rows: Iterable[Sequence[Scalar]], table: Table) -> int:
    """Writes a Parquet file whole under its name. How many rows. Raises UsageError without the extra it takes."""
    arrow, parquet = _parquet()
    kinds = {"text": arrow.string(), "json": arrow.string(), "integer": arrow.int64(), "number": arrow.float64()}
    schema = arrow.schema([(column.name, kinds[column.kind]) for column in table.columns])
    count = 0
    with _replaced(path) as unfinished, parquet.ParquetWriter(unfinished, schema, compression="zstd") as writer:
        for part in _parts(rows, _ROWS):
            columns = [list(cells) for cells in zip(*part, strict=True)]
            writer.write_batch(arrow.record_batch(columns, schema=schema))
            count += len(part)
    return count


def _json_rows(path: Path, shown: str) -> Iterator[Row]:
    with path.open(encoding="utf-8", newline="\n") as file:
        number = 0
        while line := file.readline(MOST_LINE):
            number += 1
            place = Place(shown, number, excerpt=line[:120].rstrip("\n"))
            if not line.strip():
                continue
            if len(line) == MOST_LINE:
                raise UsageError(BAD_FIELD, f"the line is longer than {MOST_LINE:,} characters", place=place)
            try:
                yield place, parse_line(line)
            except ValueError as error:
                raise UsageError(BAD_FIELD, f"not a line of JSON: {error}", place=place) from None


def _csv_rows(path: Path, shown: str) -> Iterator[Row]:
    csv.field_size_limit(MOST_LINE)
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = csv.reader(_bounded(file), strict=True)
        try:
            names = next(lines, [])
            if len(set(names)) != len(names):
                raise UsageError(BAD_FIELD, "two columns have the same name", place=Place(shown, 1))
            for cells in lines:
                place = Place(shown, lines.line_num)
                if not cells:
                    continue
                if len(cells) != len(names):
                    message = f"the row has {len(cells)} cells, the head {len(names)}"
                    raise UsageError(BAD_FIELD, message, place=place)
                yield place, dict(zip(names, map(unguarded, cells), strict=True))
        except csv.Error as error:
            raise UsageError(BAD_FIELD, f"not CSV: {error}", place=Place(shown, lines.line_num)) from None


def _bounded(file: IO[str]) -> Iterator[str]:
    """Lines of a file, the longest in pieces, which the reader of CSV refuses by their size."""
    while line := file.readline(MOST_LINE):
        yield line


def _parquet_rows(path: Path, shown: str) -> Iterator[Row]:
    arrow, parquet = _parquet()
    try:
        with parquet.ParquetFile(path) as file:
            number = 0
            for batch in file.iter_batches(batch_size=_ROWS):
                for fields in batch.to_pylist():
                    number += 1
                    yield Place(shown, number), fields
    except (arrow.ArrowException, OverflowError, ValueError) as error:
        # The last two: times that Python's calendar does not have.
        raise UsageError(BAD_FIELD, f"not Parquet: {error}", place=Place(shown)) from None


def _parquet() -> tuple[Any, Any]:
    try:
        import pyarrow as pa
        import pyarrow.parquet
    except ImportError:
        hint = "pip install 'git-promptctl[reports]'"
        raise UsageError(NOT_INSTALLED, "Parquet files need the extra `reports`", hint=hint) from None
    return pa, pyarrow.parquet


def _csv_line(cells: Iterable[object]) -> str:
    line = io.StringIO()
    # What ends a line is what is quoted in a cell: of a lone \r too, which readers take for an end.
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue().removesuffix("\r\n") + "\n"


def _parts(rows: Iterable[Sequence[Scalar]], size: int) -> Iterator[list[Sequence[Scalar]]]:
    part: list[Sequence[Scalar]] = []
    for row in rows:
        part.append(row)
        if len(part) == size:
            yield part
            part = []
    if part:
        yield part


@contextmanager
def _replaced(path: Path) -> Iterator[Path]:
    """A file beside ``path`` that takes its place once it is whole."""
    with refused_as(str(path)):
        clear_leftovers(path.parent)
        unfinished = unfinished_beside(path)
        try:
            os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            yield unfinished
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)

"""``events export``: what a store holds as a file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from promptctl.adapters.event_files import format_of, text_rows, write_parquet, write_text
from promptctl.core.events.query import EventQuery
from promptctl.errors import UsageError
from promptctl.workflows.events_store import EventsPlace

NEEDS_FILE = "PC229"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedEvents:
    """The file that was written, and how many rows it holds."""

    file: str
    rows: int


def export_events(place: EventsPlace, query: EventQuery, path: Path, form: str | None) -> ExportedEvents:
    """Writes a file whole under its name.

    Raises StateError where there is no store, OutsideError when it or the disk refuses.
    """
    kind = format_of(str(path), form)
    with closing(place.open_kept()) as store:
        if kind == "parquet":
            rows = write_parquet(path, store.rows(query), query.table)
        else:
            lines = write_text(path, text_rows(store.rows(query), query.table, kind))
            rows = lines - (kind == "csv")
    return ExportedEvents(file=str(path), rows=rows)


def exported_lines(place: EventsPlace, query: EventQuery, form: str | None) -> Iterator[str]:
    """The lines of a file in a format of text, one after the other. Raises UsageError for Parquet."""
    kind = format_of("standard output", form or "jsonl")
    if kind == "parquet":
        raise UsageError(NEEDS_FILE, "Parquet needs a file", hint="-o FILE.parquet")
    with closing(place.open_kept()) as store:
        yield from text_rows(store.rows(query), query.table, kind)

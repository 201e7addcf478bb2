"""``events import``: files of events and scores into a store, each row once."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from promptctl.adapters.event_files import Row, format_of, read_file
from promptctl.core.events.event import Event, Scalar, Score
from promptctl.core.events.reading import Reading
from promptctl.core.events.redaction import Redactor
from promptctl.errors import MOST_PROBLEMS, DocumentError, Problem, UsageError
from promptctl.workflows.events_store import EventsPlace

_ROWS = 2_000


@dataclass(frozen=True, slots=True)
class Source:
    """Rows with their places; of ``text`` all fields are, as in CSV."""

    rows: Iterator[Row]
    text: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedEvents:
    """How many rows there were, and how many of them the store did not have yet."""

    store: str
    rows: int
    added: int


def import_events(place: EventsPlace, files: Sequence[Path], reading: Reading) -> ImportedEvents:
    """Brings the rows of files in, as ``import_rows`` does. Raises UsageError for a name that says no format."""
    forms = [format_of(str(file)) for file in files]
    sources = [Source(read_file(it, str(it)), text=form == "csv") for it, form in zip(files, forms, strict=True)]
    return import_rows(place, sources, reading)


def import_rows(
    place: EventsPlace,
    sources: Sequence[Source],
    reading: Reading,
    permit: Callable[[Event | Score], None] = lambda _: None,
) -> ImportedEvents:
    """Reads all rows, cleaned into a file of their own, before it writes anything: nothing is kept of what has faults,
    and it is what was looked at that is kept. ``permit`` raises for a row that may not come in.

    Raises DocumentError with the place of each fault, OutsideError when the store cannot be used.
    """
    with closing(place.open()) as store, tempfile.TemporaryFile("w+", encoding="utf-8") as read:
        problems: list[Problem] = []
        rows = added = 0
        for part in _parts(_cleaned(sources, reading, permit, place.redactor(), problems)):
            if not problems:
                read.write(json.dumps(part) + "\n")
                rows += len(part)
        if problems:
            raise DocumentError(tuple(problems))
        read.seek(0)
        for line in read:
            added += store.add(reading.table, [tuple(row) for row in json.loads(line)])
    return ImportedEvents(store=str(place.address), rows=rows, added=added)


def _cleaned(
    sources: Sequence[Source],
    reading: Reading,
    permit: Callable[[Event | Score], None],
    redactor: Redactor,
    problems: list[Problem],
) -> Iterator[tuple[Scalar, ...]]:
    """The rows of sources; what is wrong with others is put to ``problems``, until there are many."""
    for source in sources:
        try:
            for place, fields in source.rows:
                try:
                    value = reading.value(fields, text=source.text)
                    permit(value)
                    yield redactor.event(value) if isinstance(value, Event) else redactor.score(value)
                except UsageError as error:
                    problems.append(replace(error.problem, place=place))
                if len(problems) == MOST_PROBLEMS:
                    return
        except UsageError as error:
            problems.append(error.problem)


def _parts(rows: Iterator[tuple[Scalar, ...]]) -> Iterator[list[tuple[Scalar, ...]]]:
    while part := list(islice(rows, _ROWS)):
        yield part

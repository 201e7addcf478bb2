"""``events import``: files of events and scores into a store, each row once."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from promptctl.adapters.event_files import format_of, read_file
from promptctl.core.event import Event, Scalar
from promptctl.core.event_reading import Reading
from promptctl.core.redaction import Redactor
from promptctl.errors import MOST_PROBLEMS, DocumentError, Problem, UsageError
from promptctl.workflows.events_store import EventsPlace

_ROWS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedEvents:
    """How many rows files held, and how many of them the store did not have yet."""

    store: str
    rows: int
    added: int


def import_events(place: EventsPlace, files: Sequence[Path], reading: Reading) -> ImportedEvents:
    """Reads all files, their rows cleaned into a file of their own, before it writes anything: nothing is kept of
    files with faults, and it is what was looked at that is kept.

    Raises DocumentError with the place of each fault, OutsideError when the store cannot be used.
    """
    for file in files:
        format_of(str(file))
    with closing(place.open()) as store, tempfile.TemporaryFile("w+", encoding="utf-8") as read:
        problems: list[Problem] = []
        rows = added = 0
        for part in _parts(_cleaned(files, reading, place.redactor(), problems)):
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
    files: Sequence[Path], reading: Reading, redactor: Redactor, problems: list[Problem]
) -> Iterator[tuple[Scalar, ...]]:
    """The rows of files; what is wrong with others is put to ``problems``, until there are many."""
    for file in files:
        try:
            for place, fields in read_file(file, str(file)):
                try:
                    value = reading.value(fields, text=file.suffix == ".csv")
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

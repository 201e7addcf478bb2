"""``events import``: files of events and scores into a store, each row once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
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
    """Reads all files twice: first to find what is wrong with them, so that nothing is kept of files with faults.

    Raises DocumentError with the place of each fault, OutsideError when the store cannot be used.
    """
    redactor = place.redactor()
    for file in files:
        format_of(str(file))
    with closing(place.open()) as store:
        problems = [problem for file in files for problem in _problems(file, reading, redactor)]
        if problems:
            raise DocumentError(tuple(problems[:MOST_PROBLEMS]))
        rows = added = 0
        for file in files:
            for part in _parts(file, reading, redactor):
                rows += len(part)
                added += store.add(reading.table, part)
    return ImportedEvents(store=str(place.address), rows=rows, added=added)


def _problems(file: Path, reading: Reading, redactor: Redactor) -> list[Problem]:
    problems: list[Problem] = []
    try:
        for place, fields in read_file(file, str(file)):
            try:
                _row(reading, redactor, fields, text=file.suffix == ".csv")
            except UsageError as error:
                problems.append(replace(error.problem, place=place))
            if len(problems) == MOST_PROBLEMS:
                break
    except UsageError as error:
        problems.append(error.problem)
    return problems


def _parts(file: Path, reading: Reading, redactor: Redactor) -> Iterator[list[tuple[Scalar, ...]]]:
    part: list[tuple[Scalar, ...]] = []
    for _, fields in read_file(file, str(file)):
        part.append(_row(reading, redactor, fields, text=file.suffix == ".csv"))
        if len(part) == _ROWS:
            yield part
            part = []
    if part:
        yield part


def _row(reading: Reading, redactor: Redactor, fields: dict[str, object], *, text: bool) -> tuple[Scalar, ...]:
    value = reading.value(fields, text=text)
    return redactor.event(value) if isinstance(value, Event) else redactor.score(value)

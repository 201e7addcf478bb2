"""A folder of lines read again, and old days deleted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from promptctl.adapters.event_files import read_file
from promptctl.adapters.events.jsonl import delete_days, event_files
from promptctl.core.events.event import EVENTS, Pruned, Scalar, Table, row
from promptctl.core.events.query import EventQuery
from promptctl.core.events.spelling import event_from_dict, score_from_dict
from promptctl.errors import OutsideError, UsageError

UNUSABLE, NOT_WRITTEN = "PC222", "PC223"


class JsonlArchive:
    """Lines in the order in which they were written. Nothing is imported into them: a line that stands already would
    not be found."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, table: Table, rows: Sequence[tuple[Scalar, ...]]) -> int:
        """Raises UsageError."""
        hint = "import into sqlite:FILE.sqlite3 or postgresql://…"
        raise UsageError(NOT_WRITTEN, "nothing is imported into lines of JSON", hint=hint)

    def rows(self, query: EventQuery) -> Iterator[tuple[Scalar, ...]]:
        """The rows that are meant. Raises UsageError with the place of a malformed line."""
        if not self._folder.is_dir():
            return
        read = event_from_dict if query.table is EVENTS else score_from_dict
        for path in event_files(self._folder, query.table.name):
            for place, fields in read_file(path, str(path)):
                try:
                    value = read(fields)
                except UsageError as error:
                    raise UsageError(error.code, error.problem.message, hint=error.hint, place=place) from None
                if query.matches(fields):
                    yield row(value)

    def prune(self, before: int) -> Pruned:
        """Deletes the files of days that ended before a moment."""
        if not self._folder.is_dir():
            return Pruned(rows=0, bytes=0)
        try:
            files, size = delete_days(self._folder, datetime.fromtimestamp(before / 1_000_000, UTC))
        except OSError as error:
            message = f"the events in {self._folder} cannot be used: {error.strerror}"
            raise OutsideError(UNUSABLE, message, hint="look at the folder's rights") from None
        return Pruned(rows=files, bytes=size)

    def close(self) -> None:
        """Nothing stays open."""

"""Events in one SQLite file that all processes of a machine write."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from promptctl.adapters.events.sqlite_pruning import delete_some, file_bytes, give_back
from promptctl.adapters.sqlite_file import SqliteFile, transaction
from promptctl.core.event import SCHEMA_VERSION, TABLES, Batch, Pruned, Scalar, Table
from promptctl.core.event_query import EventQuery
from promptctl.core.event_spelling import create_statements, insert_statement
from promptctl.errors import OutsideError, StateError

T = TypeVar("T")
UNUSABLE, FOREIGN = "PC222", "PC224"
APPLICATION = 0x70637476
"""``PRAGMA application_id`` of our files: no other program's database is written to."""

_INSERT = {table.name: insert_statement(table) for table in TABLES}


class SqliteEvents:
    """A store of events in a local file. ``set_aside`` counts files that were broken."""

    def __init__(self, path: Path, *, busy_seconds: float = 5.0) -> None:
        self.path = path
        self.file = SqliteFile(path, prepare, busy_seconds=busy_seconds)

    @property
    def set_aside(self) -> int:
        return self.file.set_aside

    def write(self, batch: Batch) -> int:
        """Keeps the batch in one transaction, and refuses no row.

        Raises OutsideError when the file cannot be written, StateError when it is not ours.
        """
        self._insisted(lambda connection: _write(connection, batch))
        return 0

    def add(self, table: Table, rows: Sequence[tuple[Scalar, ...]]) -> int:
        """Keeps rows in one transaction; how many were not there yet. Raises as ``write`` does."""

        def added(connection: sqlite3.Connection) -> int:
            with transaction(connection):
                return connection.executemany(_INSERT[table.name], rows).rowcount

        return self._insisted(added)

    def rows(self, query: EventQuery) -> Iterator[tuple[Scalar, ...]]:
        """The rows that are meant, in the order of time; none where there is no file. Raises OutsideError."""
        if not self.path.exists():
            return
        text, values = query.sql()
        try:
            with closing(sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
                require_ours(connection)
                yield from connection.execute(text, values)
        except (sqlite3.Error, OSError) as error:
            raise unusable(self.path, error) from None

    def prune(self, before: int) -> Pruned:
        """Deletes events that began before a moment, in microseconds since 1970, with their scores, and drops; in small
        transactions, so that nobody waits for long. Raises OutsideError."""
        if not self.path.exists():
            return Pruned(rows=0, bytes=0)
        size = self._insisted(file_bytes)
        deleted = 0
        while gone := self._insisted(lambda connection: delete_some(connection, before)):
            deleted += gone
        self._insisted(give_back)
        return Pruned(rows=deleted, bytes=max(0, size - self._insisted(file_bytes)))

    def close(self) -> None:
        self.file.close()

    def _insisted(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return self.file.run(work)
        except (sqlite3.Error, OSError) as error:
            raise unusable(self.path, error) from None


def unusable(path: Path, error: Exception) -> OutsideError:
    """The error that says why a file of events cannot be used."""
    hint = "look at the file's rights, its folder and the disk's space"
    return OutsideError(UNUSABLE, f"the events in {path} cannot be used: {error}", hint=hint)


def require_ours(connection: sqlite3.Connection) -> bool:
    """Whether the tables are there. Raises StateError for another program's database, or a later version's."""
    application, version, tables = (
        connection.execute(query).fetchone()[0]
        for query in ("PRAGMA application_id", "PRAGMA user_version", "SELECT count(*) FROM sqlite_schema")
    )
    if tables and application != APPLICATION:
        raise StateError(FOREIGN, "the database holds no events: it is another program's", hint="name another file")
    if version > SCHEMA_VERSION:
        message = f"the events are of version {version}, and this promptctl knows {SCHEMA_VERSION}"
        raise StateError(FOREIGN, message, hint="update promptctl")
    return bool(version == SCHEMA_VERSION)


def prepare(connection: sqlite3.Connection) -> None:
    """Makes the tables where they are missing. Raises StateError as above."""
    if require_ours(connection):
        return
    with transaction(connection):
        for table in TABLES:
            for statement in create_statements(table, "sqlite"):
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _write(connection: sqlite3.Connection, batch: Batch) -> None:
    with transaction(connection):
        for name, rows in batch.tables():
            if rows:
                connection.executemany(_INSERT[name], rows)

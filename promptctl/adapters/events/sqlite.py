"""Events in one SQLite file that all processes of a machine write."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from promptctl.adapters.events.sqlite_pruning import delete_some, give_back
from promptctl.adapters.sqlite_file import SqliteFile, error_kind, file_bytes, opened_to_read, transaction
from promptctl.core.events.event import SCHEMA_VERSION, TABLES, Batch, Pruned, Scalar, Table
from promptctl.core.events.query import EventQuery
from promptctl.core.events.spelling import add_statements, create_statements, insert_statement
from promptctl.errors import OutsideError, PromptctlError, StateError

T = TypeVar("T")
UNUSABLE, FOREIGN = "PC222", "PC224"
APPLICATION = 0x70637476
"""``PRAGMA application_id`` of our files: no other program's database is written to."""

_READ_SECONDS = 5.0
_SMALLEST = 512
"""Bytes of a database, which is one page at least."""

_WHOSE = """\
SELECT (SELECT application_id FROM pragma_application_id), (SELECT user_version FROM pragma_user_version),
       (SELECT count(*) FROM sqlite_schema)"""
"""One statement, so that what another process makes meanwhile is seen whole or not at all."""

_INSERT = {table.name: insert_statement(table) for table in TABLES}


class SqliteEvents:
    """A store of events in a local file. ``set_aside`` counts files that were broken."""

    def __init__(self, path: Path, *, busy_seconds: float = 5.0) -> None:
        self.path = path
        self.file = SqliteFile(path, prepare, busy_seconds=busy_seconds, examine=_examine, ours=_is_ours)

    @property
    def set_aside(self) -> int:
        return self.file.set_aside

    def write(self, batch: Batch) -> int:
        """Keeps the batch in one transaction, and refuses no row.

        Raises OutsideError when the file cannot be written, StateError when it is no store of events.
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
        try:
            _examine(self.path)
            with closing(opened_to_read(self.path, _READ_SECONDS)) as connection:
                text, values = query.sql(held=columns(connection, query.table))
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


def unusable(path: Path, error: Exception) -> PromptctlError:
    """The error that says why a file of events cannot be used."""
    if error_kind(error) == sqlite3.SQLITE_NOTADB:
        return _no_database(path)
    hint = "look at the file's rights, its folder and the disk's space"
    return OutsideError(UNUSABLE, f"the events in {path} cannot be used: {error}", hint=hint)


def _no_database(path: Path) -> StateError:
    hint = "name another file, or move this one away"
    return StateError(FOREIGN, f"{path} holds no events: it is no database, and was left as it is", hint=hint)


def _examine(path: Path) -> None:
    """Raises StateError for a file of somebody else, before anything is done to it."""
    if 0 < path.stat().st_size < _SMALLEST:
        # SQLite takes it for an empty database, and would write over it.
        raise _no_database(path)
    with closing(opened_to_read(path)) as connection:
        require_ours(connection)


def _is_ours(path: Path) -> bool:
    """Whether the part of a broken file that says whose it is says that it is ours."""
    try:
        with closing(opened_to_read(path)) as connection:
            # Lets a file be asked that is shorter than it says.
            connection.execute("PRAGMA writable_schema = ON")
            return bool(connection.execute("PRAGMA application_id").fetchone() == (APPLICATION,))
    except sqlite3.Error:
        return False


def require_ours(connection: sqlite3.Connection) -> bool:
    """Whether the tables are there. Raises StateError for another program's database, or a later version's."""
    application, version, tables = connection.execute(_WHOSE).fetchone()
    if tables and application != APPLICATION:
        raise StateError(FOREIGN, "the database holds no events: it is another program's", hint="name another file")
    if version > SCHEMA_VERSION:
        message = f"the events are of version {version}, and this promptctl knows {SCHEMA_VERSION}"
        raise StateError(FOREIGN, message, hint="update promptctl")
    return bool(version == SCHEMA_VERSION)


def prepare(connection: sqlite3.Connection) -> None:
    """Makes the tables, and columns of them, where they are missing. Raises StateError as above."""
    if require_ours(connection) and not _additions(connection):
        return
    with transaction(connection):
        # Asked again: another process may have added them while this one waited.
        for statement in _additions(connection):
            connection.execute(statement)
        for table in TABLES:
            for statement in create_statements(table, "sqlite"):
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def columns(connection: sqlite3.Connection, table: Table) -> set[str]:
    """The columns that a table has in this file; none where there is no such table."""
    return {name for (name,) in connection.execute("SELECT name FROM pragma_table_info(?)", (table.name,))}


def _additions(connection: sqlite3.Connection) -> list[str]:
    held = {table: columns(connection, table) for table in TABLES if table.added}
    return [statement for table in held if held[table] for statement in add_statements(table, "sqlite", held[table])]


def _write(connection: sqlite3.Connection, batch: Batch) -> None:
    with transaction(connection):
        for name, rows in batch.tables():
            if rows:
                connection.executemany(_INSERT[name], rows)

"""Events in one SQLite file that all processes of a machine write."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from promptctl.adapters.sqlite_file import SqliteFile, transaction
from promptctl.core.event import SCHEMA_VERSION, TABLES, Batch
from promptctl.core.event_spelling import create_statements, insert_statement
from promptctl.errors import OutsideError, StateError

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
        try:
            self.file.run(lambda connection: _write(connection, batch))
        except (sqlite3.Error, OSError) as error:
            raise unusable(self.path, error) from None
        return 0

    def close(self) -> None:
        self.file.close()


def unusable(path: Path, error: Exception) -> OutsideError:
    """The error that says why a file of events cannot be used."""
    hint = "look at the file's rights, its folder and the disk's space"
    return OutsideError(UNUSABLE, f"the events in {path} cannot be used: {error}", hint=hint)


def prepare(connection: sqlite3.Connection) -> None:
    """Makes the tables. Raises StateError for another program's database, or a later version's."""
    application, version, tables = (
        connection.execute(query).fetchone()[0]
        for query in ("PRAGMA application_id", "PRAGMA user_version", "SELECT count(*) FROM sqlite_schema")
    )
    if (application, version) == (APPLICATION, SCHEMA_VERSION):
        return
    if tables and application != APPLICATION:
        raise StateError(FOREIGN, "the database holds no events: it is another program's", hint="name another file")
    if version > SCHEMA_VERSION:
        message = f"the events are of version {version}, and this promptctl knows {SCHEMA_VERSION}"
        raise StateError(FOREIGN, message, hint="update promptctl")
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

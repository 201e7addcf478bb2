"""Old events go from SQLite in small transactions, and the space they took goes back to the disk."""

from __future__ import annotations

import sqlite3
from contextlib import suppress

from promptctl.adapters.sqlite_file import transaction

_ROWS, _PAGES = 2_000, 2_000
"""Of one transaction: some milliseconds, in which writers wait."""

_LOG_MS = 100


def delete_some(connection: sqlite3.Connection, before: int) -> int:
    """Deletes some of what is older than a moment, in microseconds since 1970. How many rows; 0 when all are gone."""
    with transaction(connection):
        found = connection.execute('SELECT "id" FROM events WHERE "at" < ? ORDER BY "at" LIMIT ?', (before, _ROWS))
        events = found.fetchall()
        gone = 0
        for statement in ('DELETE FROM scores WHERE "event" = ?', 'DELETE FROM events WHERE "id" = ?'):
            gone += max(0, connection.executemany(statement, events).rowcount)
        if not events:
            for statement in ('DELETE FROM scores WHERE "at" < ?', 'DELETE FROM drops WHERE "at" < ?'):
                gone += connection.execute(statement, (before,)).rowcount
    return gone


def give_back(connection: sqlite3.Connection) -> None:
    """Shortens the file by its free pages, in steps; what a reader holds on to stays for the next time."""
    with suppress(sqlite3.OperationalError):
        while connection.execute("PRAGMA freelist_count").fetchone()[0]:
            before = connection.execute("PRAGMA page_count").fetchone()
            connection.execute(f"PRAGMA incremental_vacuum({_PAGES})").fetchall()
            if connection.execute("PRAGMA page_count").fetchone() == before:
                break
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        _shorten_log(connection)


def _shorten_log(connection: sqlite3.Connection) -> None:
    """Holds writers up for as long as it waits for readers, so that it waits for a moment only."""
    (usual,) = connection.execute("PRAGMA busy_timeout").fetchone()
    connection.execute(f"PRAGMA busy_timeout = {_LOG_MS}")
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        connection.execute(f"PRAGMA busy_timeout = {usual}")

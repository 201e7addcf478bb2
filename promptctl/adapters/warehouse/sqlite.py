"""Opens a SQLite file of events for reading."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from promptctl.adapters.events.sqlite import APPLICATION, columns, unusable
from promptctl.adapters.warehouse.engine import Engine
from promptctl.adapters.warehouse.warehouse import FOREIGN, NO_EVENTS, Warehouse
from promptctl.core.events.event import EVENTS, SCHEMA_VERSION
from promptctl.errors import PromptctlError, StateError

_SETTINGS = ("query_only = ON", "cache_size = -65536", "temp_store = FILE")
"""Sorting ten million rows in pieces of 64 MiB takes half as long as in those of 2 MiB."""


def open_sqlite(path: Path, *, busy_seconds: float = 5.0) -> Warehouse:
    """The store in a file. Raises StateError without one or for another program's, OutsideError for one that cannot
    be read."""
    if not path.is_file():
        raise StateError(NO_EVENTS, f"there are no events in {path}", hint="promptctl events import FILE, or --store")
    connection = None
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=busy_seconds)
        for setting in _SETTINGS:
            connection.execute(f"PRAGMA {setting}")
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
        held = frozenset(columns(connection, EVENTS))
    except sqlite3.Error as error:
        if connection is not None:
            connection.close()
        raise unusable(path, error) from None
    if (application, version) != (APPLICATION, SCHEMA_VERSION):
        connection.close()
        raise _foreign(path, application, version, tables)
    return Warehouse(
        name=f"sqlite:{path}",
        engine=Engine("sqlite"),
        connection=connection,
        failed=lambda error: _ours(path, error),
        held=held,
    )


def _foreign(path: Path, application: int, version: int, tables: int) -> StateError:
    if not tables:
        return StateError(NO_EVENTS, f"there are no events in {path}", hint="promptctl events import FILE, or --store")
    if application == APPLICATION and version > SCHEMA_VERSION:
        message = f"the events in {path} are of version {version}, and this promptctl knows {SCHEMA_VERSION}"
        return StateError(FOREIGN, message, hint="update promptctl")
    return StateError(FOREIGN, f"{path} holds no events that this version knows", hint="name another file")


def _ours(path: Path, error: Exception) -> PromptctlError | None:
    return unusable(path, error) if isinstance(error, sqlite3.Error) else None

"""A column that came later: stores of before are read as they are, and get it when they are next written to."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from promptctl.adapters.events.postgresql import PostgresEvents
from promptctl.adapters.events.sqlite import SqliteEvents, columns
from promptctl.adapters.sqlite_file import transaction
from promptctl.adapters.warehouse.call import event_of
from promptctl.adapters.warehouse.opening import open_warehouse
from promptctl.adapters.warehouse.warehouse import Warehouse
from promptctl.core.events.event import EVENTS, Batch, Event, row
from promptctl.core.events.query import EventQuery
from promptctl.core.events.spelling import quoted
from tests.event_samples import event
from tests.event_stores import write_duckdb, write_sqlite

ADDED = tuple(column.name for column in EVENTS.added)
BEFORE = tuple(name for name in EVENTS.names if name not in ADDED)
INSERT = f"INSERT INTO events ({quoted(BEFORE)}) VALUES ({', '.join('?' * len(BEFORE))})"
"""What a program writes that does not know the column."""


def old_row(value: Event) -> tuple[object, ...]:
    return tuple(cell for name, cell in zip(EVENTS.names, row(value), strict=True) if name in BEFORE)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A store with one call, as it was made before there was the column."""
    path = tmp_path / "events.sqlite3"
    write_sqlite(path, [event(1)])
    with closing(sqlite3.connect(path)) as connection:
        for name in ADDED:
            connection.execute(f'ALTER TABLE events DROP COLUMN "{name}"')
    return path


def held(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return columns(connection, EVENTS)


def ids(path: Path) -> list[tuple[object, object]]:
    names = EVENTS.names
    found = SqliteEvents(path).rows(EventQuery())
    return [(cells[names.index("id")], cells[names.index("rendered")]) for cells in found]


def warehouse(tmp_path: Path, store: str) -> Warehouse:
    return open_warehouse(store, {}, {}, tmp_path)


def test_reading_changes_nothing(old: Path, tmp_path: Path) -> None:
    assert ids(old) == [(event(1).id, None)]
    with warehouse(tmp_path, f"sqlite:{old}") as opened:
        assert event_of(opened, event(1).id) == event(1)
    assert held(old) == set(BEFORE)


def test_a_database_of_duckdb_is_read_without_it(tmp_path: Path) -> None:
    import duckdb

    store = write_duckdb(tmp_path / "old.duckdb", [event(1)])
    with duckdb.connect(str(tmp_path / "old.duckdb")) as connection:
        for index in EVENTS.indexes:
            connection.execute(f"DROP INDEX {'_'.join(('events', *index))}")
        connection.execute('ALTER TABLE events DROP COLUMN "rendered"')
    with warehouse(tmp_path, store) as opened:
        assert event_of(opened, event(1).id) == event(1)


def test_writing_adds_it_and_older_programs_write_on(old: Path) -> None:
    with closing(sqlite3.connect(old, isolation_level=None)) as before:
        before.execute(INSERT, old_row(event(2)))
        store = SqliteEvents(old)
        store.write(Batch(events=[row(event(3, rendered="sha256:3"))]))
        store.close()
        before.execute(INSERT, old_row(event(4)))
    assert held(old) == set(EVENTS.names)
    assert ids(old) == [(event(n).id, "sha256:3" if n == 3 else None) for n in (1, 2, 3, 4)]


def test_what_was_cut_short_is_done_by_the_next(old: Path) -> None:
    child = os.fork()
    if child == 0:
        connection = sqlite3.connect(old, isolation_level=None)
        with transaction(connection):
            connection.execute('ALTER TABLE events ADD COLUMN "rendered" TEXT')
            os._exit(0)
    os.waitpid(child, 0)
    assert held(old) == set(BEFORE)
    store = SqliteEvents(old)
    store.write(Batch(events=[row(event(2, rendered="sha256:2"))]))
    store.close()
    assert ids(old) == [(event(1).id, None), (event(2).id, "sha256:2")]


def test_eight_add_it_at_once(old: Path) -> None:
    start, go = os.pipe()
    children = []
    for number in range(2, 10):
        child = os.fork()
        if child == 0:
            os.close(go)
            os.read(start, 1)
            store = SqliteEvents(old)
            store.write(Batch(events=[row(event(number, rendered=f"sha256:{number}"))]))
            os._exit(0)
        children.append(child)
    os.close(go)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 8
    os.close(start)
    assert ids(old) == [(event(1).id, None)] + [(event(n).id, f"sha256:{n}") for n in range(2, 10)]


@pytest.fixture
def old_tables(postgres: str) -> Iterator[str]:
    store = PostgresEvents(postgres)
    store.add(EVENTS, [row(event(1))])
    store.close()
    import psycopg

    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute('ALTER TABLE events DROP COLUMN "rendered"')
    yield postgres
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS events, scores, drops")


@pytest.mark.services
def test_postgresql_is_read_without_it_and_gets_it(old_tables: str, tmp_path: Path) -> None:
    with warehouse(tmp_path, old_tables) as opened:
        assert event_of(opened, event(1).id) == event(1)
    for _ in range(2):
        store = PostgresEvents(old_tables)
        store.add(EVENTS, [row(event(2, rendered="sha256:2"))])
        assert [cells[EVENTS.names.index("rendered")] for cells in store.rows(EventQuery())] == [None, "sha256:2"]
        store.close()

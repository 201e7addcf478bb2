"""The same events in every kind of store that reports read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from promptctl.adapters.events.sqlite import SqliteEvents
from promptctl.adapters.warehouse.opening import open_warehouse
from promptctl.adapters.warehouse.warehouse import Warehouse
from promptctl.core.events.event import TABLES, Batch, Event, Score, row
from promptctl.core.events.spelling import create_statements, insert_statement

ENGINES = ("sqlite", "duckdb", "parquet", "jsonl", "postgresql")


def batch_of(events: Sequence[Event], scores: Sequence[Score] = ()) -> Batch:
    return Batch(events=[row(event) for event in events], scores=[row(score) for score in scores])


def write_sqlite(path: Path, events: Sequence[Event], scores: Sequence[Score] = ()) -> str:
    store = SqliteEvents(path)
    store.write(batch_of(events, scores))
    store.close()
    return f"sqlite:{path}"


def write_duckdb(path: Path, events: Sequence[Event], scores: Sequence[Score] = ()) -> str:
    import duckdb

    with duckdb.connect(str(path)) as connection:
        for table in TABLES:
            for statement in create_statements(table, "duckdb"):
                connection.execute(statement)
        for (name, rows), table in zip(batch_of(events, scores).tables(), TABLES, strict=True):
            assert name == table.name
            if rows:
                connection.executemany(insert_statement(table), rows)
    return f"duckdb:{path}"


def write_parquet(folder: Path, events: Sequence[Event], scores: Sequence[Score] = ()) -> str:
    folder.mkdir()
    write_duckdb(folder / "made.duckdb", events, scores)
    return copy_parquet(folder / "made.duckdb", folder)


def copy_parquet(database: Path, folder: Path) -> str:
    """The tables of a DuckDB database as Parquet files."""
    import duckdb

    folder.mkdir(exist_ok=True)
    with duckdb.connect(str(database)) as connection:
        for table in TABLES:
            connection.execute(f"COPY {table.name} TO '{folder}/{table.name}-1.parquet' (FORMAT parquet)")
    return str(folder)


def write_jsonl(folder: Path, events: Sequence[Event], scores: Sequence[Score] = ()) -> str:
    folder.mkdir()
    for name, values in (("events", events), ("scores", scores)):
        lines = "".join(
            json.dumps({key: it for key, it in asdict(value).items() if it is not None}) + "\n" for value in values
        )
        (folder / f"{name}-1.jsonl").write_text(lines, encoding="utf-8")
    return str(folder)


def write_postgresql(url: str, events: Sequence[Event], scores: Sequence[Score] = ()) -> str:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        for table in TABLES:
            for statement in create_statements(table, "postgresql"):
                connection.execute(statement.encode())
            connection.execute(f"TRUNCATE {table.name}".encode())
        with connection.cursor() as cursor:
            for (_, rows), table in zip(batch_of(events, scores).tables(), TABLES, strict=True):
                if rows:
                    cursor.executemany(insert_statement(table, "%s").encode(), rows)
    return url


def opened(store: str) -> Warehouse:
    """The store open for reading."""
    return open_warehouse(store, {}, {}, Path("/"))

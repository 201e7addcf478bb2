"""Events in PostgreSQL, for reports over many machines: applications do not write it, imports do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from promptctl.core.events.event import TABLES, Pruned, Scalar, Table
from promptctl.core.events.query import EventQuery
from promptctl.core.events.spelling import add_statements, create_statements, quoted
from promptctl.errors import OutsideError, UsageError

if TYPE_CHECKING:
    import psycopg

UNUSABLE, NOT_INSTALLED = "PC222", "PC225"
_ROWS = 5_000
_PRUNING = (
    """
    WITH old AS (
      DELETE FROM events WHERE "id" IN (SELECT "id" FROM events WHERE "at" < %s LIMIT 5000) RETURNING "id"
    ), said AS (DELETE FROM scores WHERE "event" IN (SELECT "id" FROM old) RETURNING 1)
    SELECT (SELECT count(*) FROM old) + (SELECT count(*) FROM said)
    """,
    'WITH old AS (DELETE FROM scores WHERE "at" < %s RETURNING 1) SELECT count(*) FROM old',
    'WITH old AS (DELETE FROM drops WHERE "at" < %s RETURNING 1) SELECT count(*) FROM old',
)


class PostgresEvents:
    """The tables of events in a database, made where they are missing. ``shared`` says that a repository's settings
    name it: then no password of this machine's environment goes there."""

    def __init__(self, url: str, *, shared: bool = False) -> None:
        # An empty password is one that is given: the environment's is not looked for.
        self._url, self._given = url, {"password": ""} if shared else {}
        self._host = urlsplit(url).hostname or "localhost"
        self._connection: psycopg.Connection[Any] | None = None

    def add(self, table: Table, rows: Sequence[tuple[Scalar, ...]]) -> int:
        """Keeps rows in one transaction; how many were not there yet. Raises OutsideError."""
        columns = quoted(table.names)
        with self._opened() as connection, connection.transaction(), connection.cursor() as cursor:
            cursor.execute(f"CREATE TEMP TABLE arriving (LIKE {table.name}) ON COMMIT DROP")
            with cursor.copy(f"COPY arriving ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            select = " ".join(("SELECT", columns, "FROM arriving ON CONFLICT DO NOTHING"))
            cursor.execute(f"INSERT INTO {table.name} ({columns}) {select}")
            return cursor.rowcount

    def rows(self, query: EventQuery) -> Iterator[tuple[Scalar, ...]]:
        """The rows that are meant, in the order of time. Raises OutsideError."""
        text, values = query.sql("%s")
        with self._opened() as connection, connection.transaction(), connection.cursor("exported") as cursor:
            cursor.itersize = _ROWS
            cursor.execute(text, values)
            yield from cursor

    def prune(self, before: int) -> Pruned:
        """Deletes events that began before a moment, in microseconds since 1970, with their scores, and drops. The
        server uses the space again. Raises OutsideError."""
        deleted = 0
        with self._opened() as connection:
            for statement in _PRUNING:
                while gone := _count(connection, statement, before):
                    deleted += gone
        return Pruned(rows=deleted, bytes=0)

    def close(self) -> None:
        """Closes the connection; the next use opens it again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextmanager
    def _opened(self) -> Iterator[psycopg.Connection[Any]]:
        psycopg = _psycopg()
        try:
            if self._connection is None:
                self._connection = psycopg.connect(self._url, autocommit=True, connect_timeout=10, **self._given)
                with self._connection.transaction():
                    self._connection.execute("SET LOCAL client_min_messages = warning")
                    # Two who make the same tables at once disturb each other.
                    self._connection.execute("SELECT pg_advisory_xact_lock(7021669)")
                    for table in TABLES:
                        for statement in _preparing(self._connection, table):
                            self._connection.execute(statement)
            yield self._connection
        except psycopg.Error as error:
            self.close()
            reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            hint = "look at the server, the database's name and your rights in it"
            raise OutsideError(UNUSABLE, f"the events at {self._host} cannot be used: {reason}", hint=hint) from None


def _preparing(connection: psycopg.Connection[Any], table: Table) -> list[str]:
    """SQL that makes a table, or what it lacks; indexes are looked at after columns. Nothing where nothing is lacking:
    who may read or fill tables may not make them."""
    columns = "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped"
    held = {name for (name,) in connection.execute(columns, (table.name,))}
    if held.issuperset(table.names):
        return []
    return (add_statements(table, "postgresql", held) if held else []) + create_statements(table, "postgresql")


def _count(connection: psycopg.Connection[Any], statement: str, before: int) -> int:
    found = connection.execute(statement, (before,)).fetchone()
    return int(found[0]) if found else 0


def _psycopg() -> Any:
    try:
        import psycopg
    except ImportError:
        hint = "pip install 'git-promptctl[reports]'"
        raise UsageError(NOT_INSTALLED, "PostgreSQL needs the extra `reports`", hint=hint) from None
    return psycopg

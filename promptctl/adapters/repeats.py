"""What was asked with an idempotency key, and what was answered: who asks again gets that, and nothing is done.

One SQLite file among the user's data; a key is kept as long as the token that it came with may count.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from promptctl.adapters.sqlite_file import SqliteFile
from promptctl.adapters.trust import data_folder
from promptctl.errors import OutsideError, StateError, UsageError

Found = TypeVar("Found")
OTHER_REQUEST, UNDER_WAY, NO_REPEATS = "PC320", "PC321", "PC322"
_TABLE = (
    "CREATE TABLE IF NOT EXISTS repeats (token TEXT, key TEXT, asked TEXT NOT NULL, status INTEGER, body BLOB,"
    " expires TEXT NOT NULL, PRIMARY KEY (token, key))"
)
EXPIRED = "DELETE FROM repeats WHERE expires <= ?"
_INDEX = "CREATE INDEX IF NOT EXISTS repeats_expires ON repeats (expires)"
"""Each write takes out what has expired: without it, it would look at all that was ever written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """What was answered the first time."""

    status: int
    body: bytes


class Repeats:
    """Keys and answers. Raises OutsideError where the file cannot be used: then nothing may be done either."""

    def __init__(self, environment: Mapping[str, str], named: Path | None = None) -> None:
        path = named or data_folder(environment) / "server-repeats.sqlite3"
        # Never set aside: with an empty one in its place, all that was done could be done again.
        self._file = SqliteFile(path, _prepare, ours=lambda _: False)

    def begin(self, token: str, key: str, asked: str, now: str, expires: str) -> Repeated | None:
        """None where this is the first time; then ``finish`` has to follow.

        Raises UsageError for a key that came with another request, StateError for one whose first request is under
        way, or broke off: nobody can tell then what it did.
        """

        def work(connection: sqlite3.Connection) -> tuple[str, int | None, bytes | None] | None:
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute(EXPIRED, (now,))
                where = (token, key)
                row = connection.execute("SELECT asked, status, body FROM repeats WHERE token = ? AND key = ?", where)
                found: tuple[str, int | None, bytes | None] | None = row.fetchone()
                if found is None:
                    new = (token, key, asked, None, None, expires)
                    connection.execute("INSERT INTO repeats VALUES (?, ?, ?, ?, ?, ?)", new)
                return found

        found = self._run(work)
        if found is None:
            return None
        before, status, body = found
        if before != asked:
            raise UsageError(OTHER_REQUEST, "this Idempotency-Key came with another request", hint="choose a new one")
        if status is None or body is None:
            message = "the request with this Idempotency-Key is under way, or was broken off"
            raise StateError(UNDER_WAY, message, hint="look at the history, then ask with a new key")
        return Repeated(status=status, body=body)

    def finish(self, token: str, key: str, status: int, body: bytes) -> None:
        """Keeps what is answered."""
        values = (status, body, token, key)

        def work(connection: sqlite3.Connection) -> None:
            with connection:
                connection.execute("UPDATE repeats SET status = ?, body = ? WHERE token = ? AND key = ?", values)

        self._run(work)

    def forget(self, token: str, key: str) -> None:
        """Lets a key be used again: what was asked was not done, and may be tried again."""

        def work(connection: sqlite3.Connection) -> None:
            with connection:
                connection.execute("DELETE FROM repeats WHERE token = ? AND key = ?", (token, key))

        self._run(work)

    def _run(self, work: Callable[[sqlite3.Connection], Found]) -> Found:
        try:
            return self._file.run(work)
        except (sqlite3.Error, OSError) as error:
            message = f"what was asked before cannot be looked up: {error}"
            raise OutsideError(NO_REPEATS, message, hint=f"look after {self._file.path}") from None


def _prepare(connection: sqlite3.Connection) -> None:
    # What is begun is on the disk before it is done: a power cut must not forget it.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(_TABLE)
    connection.execute(_INDEX)

"""Replies kept on this machine, in SQLite: shared by processes, and never trusted further than each entry's seal."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from promptctl.core.recording import reply_from_dict, reply_to_dict
from promptctl.core.request import Reply, compact_json
from promptctl.core.strict_json import strict_json

T = TypeVar("T")
FILE_NAME = "replies-v1.sqlite3"
_BUSY_SECONDS = 5.0
_OPENING_ATTEMPTS = 50
_TABLE = (
    "CREATE TABLE IF NOT EXISTS replies (key TEXT PRIMARY KEY, seal TEXT NOT NULL, value TEXT NOT NULL) WITHOUT ROWID"
)
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_BROKEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class ReplyCache:
    """A key-value store of replies. No failure of it is an error: what cannot be read is a miss, what cannot be written
    is not kept. ``faults`` counts those.

    A database that is no database is renamed aside. One connection a process: SQLite's do not survive a fork. Close it,
    or use it in ``with``.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE_NAME
        self.faults = 0
        self._connection: sqlite3.Connection | None = None
        self._owner: tuple[int, int] | None = None
        self._process = os.getpid()
        self._lock = threading.Lock()

    def get(self, key: str) -> Reply | None:
        """The reply stored for ``key``, None when there is none or its seal, form or key is not right."""
        row = self._guarded(
            lambda connection: connection.execute("SELECT seal, value FROM replies WHERE key = ?", (key,)).fetchone()
        )
        if row is None or not all(isinstance(item, str) for item in row) or row[0] != _seal(key, row[1]):
            return None
        try:
            return reply_from_dict(strict_json(row[1]))
        except ValueError:
            return None

    def put(self, key: str, reply: Reply) -> None:
        """Stores the reply, in place of an earlier one."""
        value = compact_json(reply_to_dict(reply))
        self._guarded(lambda connection: _write(connection, (key, _seal(key, value), value)))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection; the next use opens it again."""
        with self._lock:
            self._drop()

    def _guarded(self, work: Callable[[sqlite3.Connection], T]) -> T | None:
        with self._lock:
            for _ in range(2):
                try:
                    return work(self._open())
                except (sqlite3.Error, OSError) as error:
                    self.faults += 1
                    broken = getattr(error, "sqlite_errorcode", 0) & 0xFF in _BROKEN
                    if not (broken and self._set_aside()):
                        return None
        return None

    def _open(self) -> sqlite3.Connection:
        if self._process != os.getpid():
            # Closing a connection inherited over a fork would disturb the parent's locks.
            self._connection, self._process = None, os.getpid()
        if self._connection is None:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _require_own_file(self.path)
            self._connection = _connect(self.path)
            status = self.path.stat()
            self._owner = status.st_dev, status.st_ino
        return self._connection

    def _set_aside(self) -> bool:
        """Renames a broken database, unless another process already put a new one in its place."""
        self._drop()
        try:
            status = self.path.stat()
            if self._owner in (None, (status.st_dev, status.st_ino)):
                aside = f"{self.path}.broken-{os.getpid()}-{time.time_ns()}"
                self.path.rename(aside)
                for suffix in ("-wal", "-shm"):
                    Path(f"{self.path}{suffix}").unlink(missing_ok=True)
        except OSError:
            return False
        finally:
            self._owner = None
        return True

    def _drop(self) -> None:
        if self._connection is not None and self._process == os.getpid():
            self._connection.close()
        self._connection = None


def _connect(path: Path) -> sqlite3.Connection:
    """Opens the database and makes its table. The switch to WAL does not wait for other openers by itself."""
    attempt = 0
    while True:
        connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            _prepare(connection, path)
        except BaseException as error:
            connection.close()
            attempt += 1
            busy = getattr(error, "sqlite_errorcode", 0) & 0xFF in _BUSY
            if not busy or attempt >= _OPENING_ATTEMPTS:
                raise
        else:
            return connection
        time.sleep(0.002 * attempt)


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(_TABLE)
    path.chmod(0o600)


def _require_own_file(path: Path) -> None:
    """Another user's file, or a link to some other place, is not our cache."""
    if not os.path.lexists(path):
        return
    status = path.lstat()
    if path.is_symlink() or (hasattr(os, "getuid") and status.st_uid != os.getuid()):
        raise PermissionError(f"{path} is not a file of this user")


def _write(connection: sqlite3.Connection, row: tuple[str, str, str]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute("INSERT OR REPLACE INTO replies (key, seal, value) VALUES (?, ?, ?)", row)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _seal(key: str, value: str) -> str:
    return hashlib.sha256(f"promptctl-cache/v1\n{key}\n{value}".encode("utf-8", "surrogatepass")).hexdigest()

"""One SQLite file that many processes write: opened late, again after a fork, and set aside when it is broken."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from promptctl.adapters.fork_gate import no_fork

T = TypeVar("T")
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_BROKEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_WAIT_SECONDS, _PAUSE_SECONDS = 0.1, 0.002
"""For which SQLite itself waits for a lock: a fork may have to wait as long."""

_inherited: list[sqlite3.Connection] = []
"""Connections of a parent process: closing one here would disturb the parent's locks."""


class SqliteFile:
    """A database on a local disk in WAL mode. ``prepare`` gets a new connection, to make its tables.

    ``examine`` raises for a file that nothing may be done to, before it is written to; ``ours`` says whether a broken
    one may be set aside, and ``set_aside`` counts those that lie beside the new one. Who finds the file locked tries
    again for ``busy_seconds``. Its methods raise sqlite3.Error or OSError.
    """

    def __init__(
        self,
        path: Path,
        prepare: Callable[[sqlite3.Connection], None],
        *,
        busy_seconds: float = 5.0,
        examine: Callable[[Path], None] = lambda _: None,
        ours: Callable[[Path], bool] = lambda _: True,
    ) -> None:
        self.path = path
        self._examine, self._ours = examine, ours
        self.set_aside = 0
        self._prepare = prepare
        self._busy_seconds = busy_seconds
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        self._process = os.getpid()
        self._lock = threading.Lock()

    def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """What ``work`` returns, which is a whole transaction; once more on a new file where the old one is broken."""
        if self._process != os.getpid():
            self._forked()
        until, aside = time.monotonic() + self._busy_seconds, False
        with self._lock:
            while True:
                try:
                    with no_fork():
                        return self._tried(work)
                except sqlite3.DatabaseError as error:
                    if error_kind(error) in _BROKEN and not aside:
                        aside = True
                        if not self._put_aside():
                            raise
                    elif error_kind(error) not in _BUSY or time.monotonic() >= until:
                        raise
                time.sleep(_PAUSE_SECONDS)

    def close(self) -> None:
        """Closes the connection; the next use opens it again."""
        if self._process != os.getpid():
            self._forked()
        with self._lock:
            self._drop()

    def _tried(self, work: Callable[[sqlite3.Connection], T]) -> T:
        connection = self._opened()
        try:
            return work(connection)
        except BaseException as error:
            if error_kind(error) not in _BUSY:
                # A connection that met a fault may go on with it: read-only, moved, out of space.
                self._drop()
            raise

    def _opened(self) -> sqlite3.Connection:
        if self._connection is not None and self._file != _identity(self.path):
            self._drop()
        if self._connection is None:
            _make_private(self.path)
            self._file = _identity(self.path)
            self._examine(self.path)
            self._connection = connect(self.path, self._prepare)
        return self._connection

    def _put_aside(self) -> bool:
        """Renames a broken file of ours, unless another process already put a new one in its place."""
        try:
            if self._file == _identity(self.path):
                if not self._ours(self.path):
                    return False
                aside = f"{self.path}.broken-{os.getpid()}-{time.time_ns()}"
                self.path.rename(aside)
                self.set_aside += 1
                for suffix in ("-wal", "-shm"):
                    with suppress(FileNotFoundError):
                        Path(f"{self.path}{suffix}").rename(f"{aside}{suffix}")
        except OSError:
            return False
        return True

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _forked(self) -> None:
        """Starts anew in a child process; the parent may have held the lock at the fork."""
        if self._connection is not None:
            _inherited.append(self._connection)
        self._connection, self._process, self._lock = None, os.getpid(), threading.Lock()


def opened_to_read(path: Path, wait_seconds: float = _WAIT_SECONDS) -> sqlite3.Connection:
    """A connection that writes nothing. Raises sqlite3.Error.

    Never open a database's file in another way: closing it would give up the locks of this process's connections.
    """
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=wait_seconds)


def error_kind(error: BaseException) -> int:
    """SQLite's primary result code of an error, 0 for any other error."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def connect(path: Path, prepare: Callable[[sqlite3.Connection], None]) -> sqlite3.Connection:
    """Opens a database, switches it to WAL and prepares it. The switch does not wait for other openers at all."""
    connection = sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
            # Takes effect only in a file without tables: space that is freed can be given back in small steps.
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        prepare(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def file_bytes(connection: sqlite3.Connection) -> int:
    """The size of the database."""
    (pages,), (size,) = (connection.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "page_size"))
    return int(pages) * int(size)


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """A transaction that has its lock from the start: one that asks later is refused at once instead of waiting."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _make_private(path: Path) -> None:
    """Makes the file, for this user alone. Raises PermissionError for another user's file and for a link."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        status = path.lstat()
        if path.is_symlink() or (hasattr(os, "getuid") and status.st_uid != os.getuid()):
            raise PermissionError(f"{path} is not a file of this user") from None


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino

"""Replies kept on this machine, in SQLite: shared by processes, and never trusted further than each entry's seal."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from promptctl.adapters import reply_tables
from promptctl.adapters.reply_tables import Facts, Group
from promptctl.core.cache_limits import CacheLimits
from promptctl.core.recording import reply_from_dict, reply_to_dict
from promptctl.core.request import Reply, compact_json
from promptctl.core.strict_json import strict_json
from promptctl.errors import OutsideError

T = TypeVar("T")
FILE_NAME = "replies-v1.sqlite3"
UNUSABLE = "PC183"
_BROKEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_MOST_TOUCHES = 1000


class ReplyCache:
    """A key-value store of replies. No failure of getting or putting is an error: what cannot be read is a miss, what
    cannot be written is not kept. ``faults`` counts those.

    A database that is no database is renamed aside. One connection a process: SQLite's do not survive a fork. Close it,
    or use it in ``with``: uses are counted, and ``limits`` kept to, when it is closed. ``clock`` gives seconds since
    1970.
    """

    def __init__(
        self, folder: Path, *, limits: CacheLimits | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        self.path = folder / FILE_NAME
        self.faults = 0
        self._limits = limits or CacheLimits()
        self._clock = clock
        self._touched: Counter[str] = Counter()
        self._grown = False
        self._connection: sqlite3.Connection | None = None
        self._owner: tuple[int, int] | None = None
        self._process = os.getpid()
        self._lock = threading.Lock()

    def get(self, key: str) -> Reply | None:
        """The reply stored for ``key``, None when there is none, it is too old, or its seal, form or key is not
        right."""
        age = self._limits.max_age
        since = 0.0 if age is None else self._clock() - age
        row = self._guarded(lambda connection: reply_tables.read(connection, key, since))
        if row is None or not isinstance(row[0], str) or not isinstance(row[1], str) or row[0] != _seal(key, row[1]):
            return None
        try:
            reply = reply_from_dict(strict_json(row[1]))
        except ValueError:
            return None
        self._touched[key] += 1
        if len(self._touched) >= _MOST_TOUCHES:
            self._count()
        return reply

    def put(self, key: str, reply: Reply, *, prompt: str = "", parts: Mapping[str, str] | None = None) -> None:
        """Stores the reply, in place of an earlier one, for the prompt that asked by a request of such parts."""
        value = compact_json(reply_to_dict(reply))
        facts = Facts(prompt=prompt, provider=reply.provider, model=reply.model, parts=parts)
        row = (key, _seal(key, value), value)
        self._guarded(lambda connection: reply_tables.write(connection, row, facts, self._clock()))
        self._grown = True

    def groups(self) -> list[Group]:
        """What is kept, by prompt, provider and model. Raises OutsideError when the cache cannot be used."""
        self._count()
        return self._insisted(lambda connection: reply_tables.groups(connection, self._clock()))

    def asked_before(self, prompt: str) -> list[dict[str, str]]:
        """The parts of requests whose replies are kept for a prompt, the latest first."""
        return self._guarded(lambda connection: reply_tables.asked_before(connection, prompt)) or []

    def prune(self, limits: CacheLimits) -> tuple[int, int]:
        """Deletes what these limits do not allow, what was not used for longest first, and gives its space back.

        How many entries went, and their bytes. Raises OutsideError when the cache cannot be used.
        """
        self._count()
        return self._insisted(lambda connection: reply_tables.prune(connection, limits, self._clock()))

    def size(self) -> int:
        """The bytes of the file and of what is still to be merged into it."""
        files = (Path(f"{self.path}{suffix}") for suffix in ("", "-wal"))
        return sum(file.stat().st_size for file in files if file.exists())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection; the next use opens it again."""
        self._count()
        if self._grown:
            self._guarded(lambda connection: reply_tables.keep_within(connection, self._limits, self._clock()))
            self._grown = False
        with self._lock:
            self._drop()

    def _count(self) -> None:
        """Writes down what was used since the last time."""
        if self._touched and self._process == os.getpid():
            touched, self._touched = self._touched, Counter()
            self._guarded(lambda connection: reply_tables.touch(connection, touched, self._clock()))

    def _guarded(self, work: Callable[[sqlite3.Connection], T]) -> T | None:
        try:
            return self._worked(work)
        except (sqlite3.Error, OSError):
            return None

    def _insisted(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return self._worked(work)
        except (sqlite3.Error, OSError) as error:
            hint = "look at its folder's rights and space, or name another with PROMPTCTL_CACHE_DIR"
            raise OutsideError(UNUSABLE, f"the cache {self.path} cannot be used: {error}", hint=hint) from None

    def _worked(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """What ``work`` returns; once more on a new database where the old one is broken."""
        with self._lock:
            try:
                return work(self._open())
            except (sqlite3.Error, OSError) as error:
                self.faults += 1
                broken = getattr(error, "sqlite_errorcode", 0) & 0xFF in _BROKEN
                if not (broken and self._set_aside()):
                    raise
            try:
                return work(self._open())
            except (sqlite3.Error, OSError):
                self.faults += 1
                raise

    def _open(self) -> sqlite3.Connection:
        if self._process != os.getpid():
            # Closing a connection inherited over a fork would disturb the parent's locks.
            self._connection, self._process = None, os.getpid()
            self._touched, self._grown = Counter(), False
        if self._connection is None:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _require_own_file(self.path)
            self._connection = reply_tables.connect(self.path)
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


def _require_own_file(path: Path) -> None:
    """Another user's file, or a link to some other place, is not our cache."""
    if not os.path.lexists(path):
        return
    status = path.lstat()
    if path.is_symlink() or (hasattr(os, "getuid") and status.st_uid != os.getuid()):
        raise PermissionError(f"{path} is not a file of this user")


def _seal(key: str, value: str) -> str:
    return hashlib.sha256(f"promptctl-cache/v1\n{key}\n{value}".encode("utf-8", "surrogatepass")).hexdigest()

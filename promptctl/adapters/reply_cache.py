"""Replies kept on this machine, in SQLite: shared by processes, and never trusted further than each entry's seal."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import time
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from promptctl.adapters import reply_sharing, reply_tables
from promptctl.adapters.reply_tables import Entry, Group
from promptctl.adapters.sqlite_file import SqliteFile
from promptctl.core.caching.limits import CacheLimits
from promptctl.core.evals.recording import reply_from_dict, reply_to_dict
from promptctl.core.files.strict_json import strict_json
from promptctl.core.models.request import Reply, compact_json
from promptctl.errors import OutsideError

T = TypeVar("T")
FILE_NAME = "replies-v1.sqlite3"
UNUSABLE = "PC183"
_MOST_TOUCHES, _MOST_SECONDS = 1000, 60.0
_LONGEST_WAIT = 1.0
_PUTS_BETWEEN_TRIMS = 1000


class ReplyCache:
    """A key-value store of replies. No failure of getting or putting is an error: what cannot be read is a miss, what
    cannot be written is not kept. ``faults`` counts those.

    A database that is no database is renamed aside. Threads and forked processes may use it. Close it, or use it in
    ``with``: uses are counted then, and ``limits`` kept to; also now and then by a process that lives long. ``clock``
    gives seconds since 1970, ``busy_seconds`` is how long another process's write is waited for. Up to ``together``
    entries are written at once, none of them more than a second before the next is put: for a single thread that keeps
    replies elsewhere too.
    """

    def __init__(
        self,
        folder: Path,
        *,
        limits: CacheLimits | None = None,
        clock: Callable[[], float] = time.time,
        busy_seconds: float = 5.0,
        together: int = 1,
    ) -> None:
        self.path = folder / FILE_NAME
        self._file = SqliteFile(self.path, reply_tables.prepare, busy_seconds=busy_seconds)
        self._failed = 0
        self._limits = limits or CacheLimits()
        self._clock = clock
        self._touched: deque[str] = deque()
        self._counted = self._written = clock()
        self._together = together
        self._waiting: dict[str, Entry] = {}
        self._puts = 0
        self._process = os.getpid()

    @property
    def faults(self) -> int:
        """How often something could not be read or written, files that were set aside included."""
        return self._failed + self._file.set_aside

    def get(self, key: str, seconds: float | None = None) -> Reply | None:
        """The reply stored for ``key``, None when there is none, it is too old, or its seal, form or key is not
        right. ``seconds``: not one that was made longer ago, or nobody knows when."""
        ages = [age for age in (self._limits.max_age, seconds) if age is not None]
        since, dated = (self._clock() - min(ages) if ages else 0.0), seconds is not None
        if waiting := self._waiting.get(key):
            row: tuple[object, object] | None = (waiting.seal, waiting.value)
        else:
            row = self._guarded(lambda connection: reply_tables.read(connection, key, since, dated=dated))
        if row is None or not isinstance(row[0], str) or not isinstance(row[1], str) or row[0] != _seal(key, row[1]):
            return None
        try:
            reply = reply_from_dict(strict_json(row[1]))
        except ValueError:
            return None
        self._used(key)
        return reply

    def put(self, key: str, reply: Reply, *, prompt: str = "", parts: Mapping[str, str] | None = None) -> None:
        """Stores the reply, in place of an earlier one, for the prompt that asked by a request of such parts."""
        value = compact_json(reply_to_dict(reply))
        about = {"prompt": prompt, "provider": reply.provider, "model": reply.model}
        entry = Entry(key=key, seal=_seal(key, value), value=value, parts=parts, **about)
        if self._together == 1:
            # Threads may share this: what one has put is there when it goes on.
            self._write([entry])
            return
        self._waiting[key] = entry
        if len(self._waiting) >= self._together or self._clock() - self._written >= _LONGEST_WAIT:
            self._write_waiting()

    def lead(self, key: str, token: str, seconds: float) -> bool:
        """Takes the lease of a key, so that others wait; False where somebody else has it. True too where nobody can
        be asked."""
        return self._guarded(lambda connection: reply_sharing.lead(connection, key, token, seconds, self._clock())) in (
            True,
            None,
        )

    def release(self, key: str, token: str) -> None:
        """Ends the lease that ``token`` has."""
        self._guarded(lambda connection: reply_sharing.release(connection, key, token))

    def vectors(self, group: str, seconds: float) -> Sequence[tuple[str, str]]:
        """Key and embedding of a group's newest entries that were made no longer ago."""
        since = self._clock() - seconds
        return self._guarded(lambda connection: reply_sharing.vectors(connection, group, since)) or []

    def put_vector(self, group: str, key: str, vector: str) -> None:
        """Keeps the embedding of what the reply under ``key`` answers."""
        self._guarded(lambda connection: reply_sharing.put_vector(connection, group, key, vector, self._clock()))

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
        self._write_waiting()
        self._count()
        if self._puts:
            self._trim()
        self._file.close()

    def _write(self, entries: Collection[Entry]) -> None:
        self._guarded(lambda connection: reply_tables.write(connection, entries, self._clock()))
        self._puts += len(entries)
        if self._puts >= _PUTS_BETWEEN_TRIMS:
            self._trim()

    def _write_waiting(self) -> None:
        waiting, self._waiting, self._written = self._waiting, {}, self._clock()
        if waiting:
            self._write(waiting.values())

    def _trim(self) -> None:
        self._puts = 0
        self._guarded(lambda connection: reply_tables.keep_within(connection, self._limits, self._clock()))

    def _used(self, key: str) -> None:
        if self._process != os.getpid():
            # What a parent process used is the parent's to count.
            self._touched, self._process = deque(), os.getpid()
        self._touched.append(key)
        if len(self._touched) >= _MOST_TOUCHES or self._clock() - self._counted >= _MOST_SECONDS:
            self._count()

    def _count(self) -> None:
        """Writes down what was used since the last time."""
        self._counted = self._clock()
        hits: Counter[str] = Counter()
        while self._process == os.getpid() and self._touched:
            with suppress(IndexError):
                # Another thread may take the last one.
                hits[self._touched.popleft()] += 1
        if hits:
            self._guarded(lambda connection: reply_tables.touch(connection, hits, self._clock()))

    def _guarded(self, work: Callable[[sqlite3.Connection], T]) -> T | None:
        try:
            return self._file.run(work)
        except (sqlite3.Error, OSError):
            self._failed += 1
            return None

    def _insisted(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return self._file.run(work)
        except (sqlite3.Error, OSError) as error:
            hint = "look at its folder's rights and space, or name another with PROMPTCTL_CACHE_DIR"
            raise OutsideError(UNUSABLE, f"the cache {self.path} cannot be used: {error}", hint=hint) from None


class Cached(Mapping[str, Reply]):
    """The cache as replies by their key, each read when it is asked for. What else is in the cache, it does not say."""

    def __init__(self, cache: ReplyCache) -> None:
        self._cache = cache

    def __getitem__(self, key: str) -> Reply:
        found = self._cache.get(key)
        if found is None:
            raise KeyError(key)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def _seal(key: str, value: str) -> str:
    return hashlib.sha256(f"promptctl-cache/v1\n{key}\n{value}".encode("utf-8", "surrogatepass")).hexdigest()

"""Events as lines of JSON: a file a table and day in one folder, appended to under a lock by all processes."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from promptctl.core.events.event import TABLES, Batch, Scalar
from promptctl.core.events.lines import json_line
from promptctl.errors import OutsideError

UNUSABLE = "PC222"
MOST_BYTES = 64 * 1024 * 1024
"""From this size on a day goes on in another file."""

FILE = re.compile(r"(events|scores|drops)-(\d{4}-\d{2}-\d{2})(?:-(\d+))?\.jsonl", re.ASCII)
_TAIL = 65_536


class JsonlEvents:
    """A store of events in a folder. A batch is written whole or not at all; a line that a killed process left half is
    taken off before the next."""

    def __init__(
        self, folder: Path, *, now: Callable[[], datetime] = lambda: datetime.now(UTC), most_bytes: int = MOST_BYTES
    ) -> None:
        self._folder, self._now, self._most_bytes = folder, now, most_bytes
        self._batch: Batch | None = None
        self._done: set[str] = set()

    def write(self, batch: Batch) -> int:
        """Keeps the batch, and refuses no row. Raises OutsideError when the folder cannot be written."""
        if batch is not self._batch:
            self._batch, self._done = batch, set()
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _lock(self._folder / ".lock"):
                for table in TABLES:
                    rows = dict(batch.tables())[table.name]
                    if rows and table.name not in self._done:
                        self._append(table.name, table.names, rows)
                        # What is asked for again after a fault does not stand twice.
                        self._done.add(table.name)
        except OSError as error:
            hint = "look at the folder's rights and the disk's space"
            message = f"the events in {self._folder} cannot be used: {error.strerror or error}"
            raise OutsideError(UNUSABLE, message, hint=hint) from None
        return 0

    def close(self) -> None:
        """Nothing stays open between batches."""

    def _append(self, table: str, names: Sequence[str], rows: Sequence[tuple[Scalar, ...]]) -> None:
        data = "".join(json_line(names, row) for row in rows).encode()
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
        descriptor = os.open(self._file(table), flags, 0o600)
        try:
            end = _whole_lines(descriptor)
            try:
                left = memoryview(data)
                while left:
                    left = left[os.write(descriptor, left) :]
            except OSError:
                os.ftruncate(descriptor, end)
                raise
        finally:
            os.close(descriptor)

    def _file(self, table: str) -> Path:
        day = f"{self._now():%Y-%m-%d}"
        number = 1
        while True:
            path = self._folder / (f"{table}-{day}.jsonl" if number == 1 else f"{table}-{day}-{number}.jsonl")
            if not path.exists() or path.stat().st_size < self._most_bytes:
                return path
            number += 1


def event_files(folder: Path, table: str) -> list[Path]:
    """The files of a table in their order."""
    found = [(match, path) for path in folder.iterdir() if (match := FILE.fullmatch(path.name)) and match[1] == table]
    return [path for match, path in sorted(found, key=lambda pair: (pair[0][2], int(pair[0][3] or 1)))]


def delete_days(folder: Path, before: datetime) -> tuple[int, int]:
    """Deletes the files of days that ended before a moment. How many there were, and their bytes."""
    files, size = 0, 0
    with _lock(folder / ".lock"):
        for path in folder.iterdir():
            match = FILE.fullmatch(path.name)
            if match and match[2] < f"{before:%Y-%m-%d}":
                files, size = files + 1, size + path.stat().st_size
                path.unlink()
    return files, size


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    import fcntl

    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _whole_lines(descriptor: int) -> int:
    """Takes off what follows the last end of a line. The size of what is left."""
    size = end = os.fstat(descriptor).st_size
    while end:
        start = max(0, end - _TAIL)
        found = os.pread(descriptor, end - start, start).rfind(b"\n")
        if found >= 0:
            end = start + found + 1
            break
        end = start
    if end != size:
        os.ftruncate(descriptor, end)
    return end

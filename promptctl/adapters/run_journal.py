"""The journal of a run of suites: every reply that providers gave it, as they came, so that a run goes on where it was.

A file of JSON lines: the run's head, then replies by their keys, and at which sample each suite began. A process that
is killed leaves at most its last line unfinished. The file is locked while its run lives.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, Self

from promptctl.adapters.reply_spool import ReplySpool
from promptctl.core.evals.recording import reply_from_dict, reply_to_dict
from promptctl.core.evals.run_head import RunHead, head_dict, head_from_dict
from promptctl.core.files.strict_json import strict_json
from promptctl.core.layers import Layers
from promptctl.core.models.request import Reply, compact_json

_PIECE = 1 << 16

Starts = dict[str, int]
"""By model and case, each on a line, the first sample that a run asks for."""


class RunJournal:
    """An open journal. No failure to write it is an error: then the run cannot be resumed, which ``whole`` says."""

    def __init__(self, path: Path, handle: int, head: RunHead, lines: Iterable[dict[str, Any]]) -> None:
        self.path, self.head, self.whole = path, head, True
        self._handle = handle
        self._replies: dict[str, list[ReplySpool]] = {}
        self._starts: dict[str, Starts] = {}
        for line in lines:
            if "key" in line:
                self._keep(line["key"], line["by"], reply_from_dict(line["reply"]))
            else:
                self._starts.setdefault(line["suite"], {}).update(line["starts"])

    @classmethod
    def start(cls, folder: Path, head: RunHead) -> Self:
        """A new journal in a folder; one that is not ``whole`` where nothing can be written."""
        path = folder / f"{time.time_ns():020}-{os.getpid()}.jsonl"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        except OSError:
            return cls.unwritten(head)
        _lock(handle)
        journal = cls(path, handle, head, [])
        journal._write(head_dict(head))
        return journal

    @classmethod
    def unwritten(cls, head: RunHead, lines: Iterable[dict[str, Any]] = ()) -> Self:
        """A journal that is in no file."""
        journal = cls(Path(os.devnull), -1, head, lines)
        journal.whole = False
        return journal

    @classmethod
    def joined(cls, head: RunHead, parts: Sequence[RunJournal]) -> Self:
        """What several have, in no file; of several replies to one request the first counts."""
        journal = cls.unwritten(head)
        for part in parts:
            for by, spools in part._replies.items():
                journal._replies.setdefault(by, []).extend(spools)
            for suite, starts in part._starts.items():
                known = journal._starts.setdefault(suite, {})
                known.update({name: first for name, first in starts.items() if name not in known})
        return journal

    @classmethod
    def reopen(cls, path: Path) -> Self | None:
        """The journal of a run that has ended; None when it still runs, or what is there is no journal."""
        try:
            handle = os.open(path, os.O_RDWR | os.O_APPEND)
        except OSError:
            return None
        try:
            if _lock(handle):
                with open(handle, "rb", closefd=False) as file:
                    size = whole_bytes(file)
                    head, lines = parse_journal(file)
                    # What follows the last whole line is a write that a kill cut short.
                    os.truncate(handle, size)
                    return cls(path, handle, head, lines)
        except (OSError, ValueError, KeyError, TypeError):
            pass
        os.close(handle)
        return None

    @property
    def replies(self) -> Mapping[str, Reply]:
        """All replies by their key."""
        return Layers([spool for spools in self._replies.values() for spool in spools])

    def get(self, key: str, provider: str | None) -> Reply | None:
        """What this run was answered to a request, when it asked this provider (None: whoever serves the model)."""
        return next((spool[key] for spool in self._replies.get(provider or "", ()) if key in spool), None)

    def put(self, key: str, provider: str | None, reply: Reply) -> None:
        """Keeps an answer: it is in the file when this returns."""
        self._keep(key, provider or "", reply)
        self._write({"key": key, "by": provider or "", "reply": reply_to_dict(reply)})

    def starts(self, suite: str, found: Starts) -> Starts:
        """The first sample that a suite's run asks each case for: as the run began, whatever was kept since."""
        if suite not in self._starts:
            self._starts[suite] = found
            self._write({"suite": suite, "starts": found})
        return self._starts[suite]

    def part(self, replies: Mapping[str, Reply]) -> bytes:
        """A journal with these replies, as one of the shards that are merged."""
        by = self.head.provider or ""
        starts = ({"suite": suite, "starts": starts} for suite, starts in sorted(self._starts.items()))
        answers = ({"key": key, "by": by, "reply": reply_to_dict(replies[key])} for key in sorted(replies))
        return b"".join(map(_spelled, chain([head_dict(self.head)], starts, answers)))

    def drop(self) -> None:
        """Takes the file away: nothing is left to do."""
        with contextlib.suppress(OSError):
            if self._handle >= 0:
                self.path.unlink()

    def close(self) -> None:
        """Lets go of the file, which others may then go on with."""
        if self._handle >= 0:
            os.close(self._handle)

    def _keep(self, key: str, by: str, reply: Reply) -> None:
        if by not in self._replies:
            self._replies[by] = [ReplySpool()]
        self._replies[by][0].put(key, reply)

    def _write(self, line: dict[str, Any]) -> None:
        data = _spelled(line)
        try:
            while data and self.whole:
                data = data[os.write(self._handle, data) :]
        except OSError:
            self.whole = False


def _spelled(line: dict[str, Any]) -> bytes:
    return (compact_json(line) + "\n").encode("utf-8", "surrogatepass")


def parse_journal(file: BinaryIO) -> tuple[RunHead, Iterator[dict[str, Any]]]:
    """The head and the whole lines of a journal, from its begin, read as they are asked for.

    Raises ValueError for what is no journal, and while the lines are read.
    """
    file.seek(0)
    lines = (_line(data) for data in file if data.endswith(b"\n"))
    return head_from_dict(next(lines, None)), lines


def _line(data: bytes) -> dict[str, Any]:
    line = strict_json(data.decode("utf-8", "surrogatepass"))
    if not isinstance(line, dict):
        raise ValueError("no journal of a run")
    return line


def whole_bytes(file: BinaryIO) -> int:
    """How many bytes a file's whole lines take."""
    end = file.seek(0, os.SEEK_END)
    while end:
        begin = max(0, end - _PIECE)
        file.seek(begin)
        found = file.read(end - begin).rfind(b"\n")
        if found >= 0:
            return begin + found + 1
        end = begin
    return 0


def runs_folder(cache: Path, root: Path) -> Path:
    """Where this machine keeps the journals of a repository."""
    return cache / "runs" / hashlib.sha256(os.fsencode(root)).hexdigest()[:16]


def head_of(path: Path) -> RunHead | None:
    """What the run of a journal was asked to do, without reading its replies; None for what is no journal."""
    try:
        with path.open(encoding="utf-8", errors="surrogatepass") as file:
            return head_from_dict(strict_json(file.readline()))
    except (OSError, ValueError):
        return None


def journals(folder: Path) -> Iterator[Path]:
    """The journals of a folder, the newest first."""
    with contextlib.suppress(OSError):
        yield from sorted(folder.glob("*.jsonl"), reverse=True)


def drop_journals(cache: Path) -> tuple[int, int]:
    """Deletes the journals of all repositories, but for those of runs that still live: how many, and their bytes."""
    sizes = []
    for path in (cache / "runs").glob("*/*.jsonl"):
        with contextlib.suppress(OSError):
            handle = os.open(path, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
            try:
                if _lock(handle):
                    size = os.fstat(handle).st_size
                    path.unlink()
                    sizes.append(size)
            finally:
                os.close(handle)
    return len(sizes), sum(sizes)


def _lock(handle: int) -> bool:
    """Whether nobody else holds the file; it is held from now on until it is closed."""
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True

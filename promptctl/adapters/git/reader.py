"""One long-lived ``cat-file --batch`` answers all that a command asks about objects and where refs lead.

What an id names never changes, so that small objects are asked for once. Nothing is remembered about refs: such an
answer is as the repository is at that moment.
"""

from __future__ import annotations

import os
import re
import subprocess
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

from promptctl.adapters.files import MAX_BYTES
from promptctl.adapters.git.deadline import watched

_AT_ONCE = 256
"""Questions that are sure to fit into a pipe while nobody reads the answers."""
_BY_ID = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?(\^\{tree\})?", re.ASCII)
_SMALL, _MOST = 1 << 14, 1000
"""Bytes of an object that is remembered, and how many are."""


@dataclass(frozen=True, slots=True)
class Found:
    """An object: its id, its kind (blob, tree, commit, tag), its bytes and how many they are.

    Of one that is larger than a file may be, the bytes are left out.
    """

    object_id: str
    kind: str
    data: bytes
    size: int


class BrokenOff(Exception):
    """The reading process ended instead of answering."""


class Reader:
    """The process, ``line`` in ``environment``, starts with the first question and ends with this object.

    It is ended where an answer takes longer than ``seconds``, None for ever. A forked child never shares its parent's:
    two who ask through one pipe would get each other's answers.
    """

    def __init__(self, line: Sequence[str], environment: Mapping[str, str], seconds: float | None = None) -> None:
        self._line, self._environment, self._seconds = line, environment, seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._known: dict[str, Found] = {}

    def find(self, name: str) -> Found | None:
        """What an object id, a ref or another revision names, None when that is nothing. Raises BrokenOff or
        subprocess.TimeoutExpired."""
        if name in self._known:
            return self._known[name]
        if "\n" in name or "\0" in name:
            return None
        (found,) = self._answers([name])
        if found and found.size <= _SMALL and len(self._known) < _MOST and _BY_ID.fullmatch(name):
            self._known[name] = found
        return found

    def find_all(self, object_ids: Sequence[str]) -> Iterator[Found | None]:
        """What each id names, many asked for at once. Raises what ``find`` raises."""
        for start in range(0, len(object_ids), _AT_ONCE):
            yield from self._answers(object_ids[start : start + _AT_ONCE])

    def _answers(self, names: Sequence[str]) -> list[Found | None]:
        process = self._running()
        assert process.stdin
        try:
            with watched(process, self._seconds):
                process.stdin.write("".join(f"{name}\n" for name in names).encode("utf-8", "surrogateescape"))
                process.stdin.flush()
                return [_answer(process) for _ in names]
        except subprocess.TimeoutExpired:
            self.close()
            raise
        except (OSError, ValueError):
            self.close()
            raise BrokenOff from None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._owner != os.getpid():
            pipe = subprocess.PIPE
            self._process = subprocess.Popen(
                self._line, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=self._environment
            )
            self._owner = os.getpid()
            self._end = weakref.finalize(self, _end, self._process, self._owner)
        return self._process

    def close(self) -> None:
        """Ends the reading process, which also happens when this object goes."""
        if self._process is not None:
            self._process = None
            self._end()


def _answer(process: subprocess.Popen[bytes]) -> Found | None:
    """The next answer. Raises OSError or ValueError where there is none."""
    assert process.stdout
    header = process.stdout.readline().decode("utf-8", "replace").rstrip("\n")
    if header.endswith((" missing", " ambiguous")):
        return None
    object_id, kind, size = header.split(" ")
    if int(size) > MAX_BYTES:
        _pass_over(process.stdout, int(size) + 1)
        return Found(object_id, kind, b"", int(size))
    data = process.stdout.read(int(size) + 1)
    if len(data) <= int(size):
        raise ValueError(header)
    return Found(object_id, kind, data[:-1], int(size))


def _pass_over(stream: IO[bytes], size: int) -> None:
    while size:
        passed = len(stream.read(min(size, 1 << 20)))
        if not passed:
            raise ValueError(size)
        size -= passed


def _end(process: subprocess.Popen[bytes], owner: int) -> None:
    """Ends the process at once: it only reads, and a child of ours may keep its input open for longer."""
    if owner != os.getpid():
        return
    assert process.stdin
    assert process.stdout
    process.kill()
    with suppress(OSError):
        process.stdin.close()
    process.stdout.close()
    process.wait()

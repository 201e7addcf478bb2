"""The replies of one run, out of the way: in a file of its own, found by their keys, and gone with the process."""

from __future__ import annotations

import hashlib
import marshal
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from typing import IO, Any
from weakref import finalize

from promptctl.adapters.writing import CANNOT_WRITE
from promptctl.core.models.request import Reply, Usage
from promptctl.errors import OutsideError

_USAGE = tuple(field.name for field in fields(Usage))
_PLAIN = tuple(field.name for field in fields(Reply) if field.name not in ("usage", "tool_calls"))
_HELD = 1 << 20
"""Bytes that are held before a file is begun."""


class ReplySpool(Mapping[str, Reply]):
    """A mapping that grows by ``put``; the first reply of a key counts, as every other one is the same answer again."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._file: IO[bytes] | None = None
        self._end = 0
        self._places = array("q")
        self._table = array("i", [-1]) * 64
        self._digests = bytearray()

    def put(self, key: str, reply: Reply) -> None:
        """Keeps a reply. Raises OutsideError where the system's folder for temporary files takes no more."""
        digest = _digest(key)
        slot = self._slot(digest)
        if self._table[slot] >= 0:
            return
        data = marshal.dumps((key, *_spelled(reply)))
        try:
            self._append(data)
        except OSError as error:
            hint = "make room there, or name another folder with TMPDIR"
            raise OutsideError(CANNOT_WRITE, f"a reply cannot be put aside: {error}", hint=hint) from None
        self._table[slot] = len(self._places)
        self._digests += digest
        self._places.append(self._end)
        self._end += len(data)
        if 3 * len(self._places) > 2 * len(self._table):
            self._grow()

    def __getitem__(self, key: str) -> Reply:
        number = self._table[self._slot(_digest(key))]
        if number < 0:
            raise KeyError(key)
        return _reply(*self._read(number)[1:])

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self._table[self._slot(_digest(key))] >= 0

    def __iter__(self) -> Iterator[str]:
        return (self._read(number)[0] for number in range(len(self._places)))

    def __len__(self) -> int:
        return len(self._places)

    def _append(self, data: bytes) -> None:
        if self._file is None and self._end + len(data) <= _HELD:
            self._held += data
            return
        if self._file is None:
            from tempfile import TemporaryFile

            file = TemporaryFile()  # noqa: SIM115 - closed with this object
            finalize(self, file.close)
            file.write(self._held)
            self._file = file
            self._held.clear()
        self._file.seek(self._end)
        self._file.write(data)

    def _read(self, number: int) -> tuple[Any, ...]:
        start = self._places[number]
        end = self._places[number + 1] if number + 1 < len(self._places) else self._end
        if self._file is None:
            data = bytes(self._held[start:end])
        else:
            self._file.seek(start)
            data = self._file.read(end - start)
        found: tuple[Any, ...] = marshal.loads(data)  # noqa: S302 - written by put
        return found

    def _slot(self, digest: bytes) -> int:
        """Where the table has the number of a key, or has room for it: open addressing, step by step."""
        mask = len(self._table) - 1
        slot = int.from_bytes(digest[:8]) & mask
        while (number := self._table[slot]) >= 0 and self._digests[32 * number : 32 * number + 32] != digest:
            slot = slot + 1 & mask
        return slot

    def _grow(self) -> None:
        self._table = array("i", [-1]) * (2 * len(self._table))
        for number in range(len(self._places)):
            self._table[self._slot(bytes(self._digests[32 * number : 32 * number + 32]))] = number


def _spelled(reply: Reply) -> tuple[Any, ...]:
    usage = tuple(getattr(reply.usage, name) for name in _USAGE)
    calls = [dict(call) for call in reply.tool_calls]
    return (usage, calls, *(getattr(reply, name) for name in _PLAIN))


def _reply(tokens: Sequence[int], calls: Sequence[Mapping[str, Any]], *plain: Any) -> Reply:
    usage = Usage(**dict(zip(_USAGE, tokens, strict=True)))
    return Reply(usage=usage, tool_calls=tuple(calls), **dict(zip(_PLAIN, plain, strict=True)))


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()

"""The replies of one run, out of the way: in a file of its own, found by their keys, and gone with the process."""

from __future__ import annotations

import marshal
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any
from weakref import finalize

from promptctl.adapters.writing import CANNOT_WRITE
from promptctl.core.models.request import Reply, Usage
from promptctl.errors import OutsideError

_USAGE = tuple(field.name for field in fields(Usage))
_PLAIN = tuple(field.name for field in fields(Reply) if field.name not in ("usage", "tool_calls"))
_TABLE = "CREATE TABLE replies (number INTEGER PRIMARY KEY, key BLOB UNIQUE, reply BLOB)"


class ReplySpool(Mapping[str, Reply]):
    """A mapping that grows by ``put``; the first reply of a key counts, as every other one is the same answer again."""

    def __init__(self) -> None:
        # A database without a name is held in memory as far as it is small, then in a file that nobody else sees.
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        finalize(self, self._database.close)
        self._database.execute(_TABLE)
        self._database.execute("BEGIN")

    def put(self, key: str, reply: Reply) -> None:
        """Keeps a reply. Raises OutsideError where the system's folder for temporary files takes no more."""
        row = (_bytes(key), marshal.dumps(_spelled(reply)))
        try:
            self._database.execute("INSERT OR IGNORE INTO replies (key, reply) VALUES (?, ?)", row)
        except sqlite3.Error as error:
            hint = "make room there, or name another folder with TMPDIR"
            raise OutsideError(CANNOT_WRITE, f"a reply cannot be put aside: {error}", hint=hint) from None

    def __getitem__(self, key: str) -> Reply:
        found = self._database.execute("SELECT reply FROM replies WHERE key = ?", (_bytes(key),)).fetchone()
        if found is None:
            raise KeyError(key)
        return _reply(*marshal.loads(found[0]))  # noqa: S302 - written by put

    def __contains__(self, key: object) -> bool:
        query = "SELECT 1 FROM replies WHERE key = ?"
        return isinstance(key, str) and self._database.execute(query, (_bytes(key),)).fetchone() is not None

    def __iter__(self) -> Iterator[str]:
        for (key,) in self._database.execute("SELECT key FROM replies ORDER BY number"):
            yield key.decode("utf-8", "surrogatepass")

    def __len__(self) -> int:
        return int(self._database.execute("SELECT count(*) FROM replies").fetchone()[0])


def _spelled(reply: Reply) -> tuple[Any, ...]:
    usage = tuple(getattr(reply.usage, name) for name in _USAGE)
    calls = [dict(call) for call in reply.tool_calls]
    return (usage, calls, *(getattr(reply, name) for name in _PLAIN))


def _reply(tokens: Sequence[int], calls: Sequence[Mapping[str, Any]], *plain: Any) -> Reply:
    usage = Usage(**dict(zip(_USAGE, tokens, strict=True)))
    return Reply(usage=usage, tool_calls=tuple(calls), **dict(zip(_PLAIN, plain, strict=True)))


def _bytes(key: str) -> bytes:
    return key.encode("utf-8", "surrogatepass")

"""The SQL of the reply cache: replies under their seal, and beside them what is known of each.

The file keeps its first form, ``replies``; ``facts`` came later. An entry without facts is as good as any other, and
gets them when the cache is next counted or pruned.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass

from promptctl.adapters import reply_sharing
from promptctl.adapters.sqlite_file import file_bytes, transaction
from promptctl.core.caching.key import APPLICATION
from promptctl.core.caching.limits import CacheLimits
from promptctl.core.models.price import picodollars
from promptctl.core.models.request import compact_json

_REPLIES = (
    "CREATE TABLE IF NOT EXISTS replies (key TEXT PRIMARY KEY, seal TEXT NOT NULL, value TEXT NOT NULL) WITHOUT ROWID"
)
_FACTS = (
    "CREATE TABLE IF NOT EXISTS facts (key TEXT PRIMARY KEY, made REAL NOT NULL, used REAL NOT NULL, hits INTEGER "
    "NOT NULL, bytes INTEGER NOT NULL, prompt TEXT NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL, "
    "parts TEXT NOT NULL) WITHOUT ROWID"
)
_ADOPT = (
    "INSERT OR IGNORE INTO facts SELECT key, :now, :now, 0, 4096 * (length(CAST(value AS BLOB)) / 4096 + 1), '', "
    "CASE WHEN json_valid(value) THEN coalesce(json_extract(value, '$.provider'), '') ELSE '' END, "
    "CASE WHEN json_valid(value) THEN coalesce(json_extract(value, '$.model'), '') ELSE '' END, '' "
    "FROM replies WHERE key NOT IN (SELECT key FROM facts)"
)
_ROW_BYTES, _INLINE_BYTES, _PAGE_BYTES = 300, 489, 4096
"""Of an entry: what it takes besides its value, how much of a long one stays inline, and the pages that take the rest.
Source: "Database File Format", sqlite.org, section 1.6, at the usual size of a page."""
_FULL, _TRIMMED = 0.7, 0.6
"""Shares of the limit by content: pages of a file in use are about that full, and are filled again."""
_EMPTY_BYTES = 6 * _PAGE_BYTES
"""What a file without entries takes."""
_GROUPED = f"CASE WHEN key GLOB '{APPLICATION}*' THEN 'app' ELSE 'eval' END, prompt, provider, model"
_GROUPS = f"""SELECT {_GROUPED}, count(*), sum(bytes), sum(hits), min(made), max(made) FROM facts
    GROUP BY 1, 2, 3, 4 ORDER BY sum(bytes) DESC, 1, 2, 3, 4"""  # noqa: S608 - a constant
_USED = f"""SELECT {_GROUPED}, hits, CASE WHEN json_valid(value) THEN json_extract(value, '$.cost') END
    FROM facts JOIN replies USING (key) WHERE hits > 0"""  # noqa: S608 - a constant
_MOST_COMPARED = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What the cache keeps of one prompt, provider and model. Times are in seconds since 1970.

    ``use`` is "app" for what applications asked, "eval" for suites. ``saved`` are the picodollars that the uses would
    have cost; None: the price of some is unknown.
    """

    use: str
    prompt: str
    provider: str
    model: str
    entries: int
    bytes: int
    hits: int
    oldest: float
    newest: float
    saved: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A reply under its seal, and what is known of it: the prompt that asked, and its request's parts
    (``request_parts``)."""

    key: str
    seal: str
    value: str
    prompt: str = ""
    provider: str = ""
    model: str = ""
    parts: Mapping[str, str] | None = None


def prepare(connection: sqlite3.Connection) -> None:
    """Makes the tables of a new connection's database."""
    connection.execute(_REPLIES)
    connection.execute(_FACTS)
    reply_sharing.prepare(connection)


def read(
    connection: sqlite3.Connection, key: str, since: float, *, dated: bool = False
) -> tuple[object, object] | None:
    """Seal and value of an entry that was not made before ``since``; if ``dated``, of none whose time nobody knows."""
    query = (
        "SELECT seal, value FROM replies LEFT JOIN facts USING (key) WHERE key = ? AND coalesce(made, ?) >= ? LIMIT 1"
    )
    unknown = float("-inf") if dated else since
    found: tuple[object, object] | None = connection.execute(query, (key, unknown, since)).fetchone()
    return found


def write(connection: sqlite3.Connection, entries: Collection[Entry], now: float) -> None:
    """Puts entries in the place of earlier ones."""
    rows = [(it.key, it.seal, it.value) for it in entries]
    known = [_known(it, now) for it in entries]
    with transaction(connection):
        connection.executemany("INSERT OR REPLACE INTO replies (key, seal, value) VALUES (?, ?, ?)", rows)
        connection.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?, ?, 0, ?, ?, ?, ?, ?)", known)


def _known(entry: Entry, now: float) -> tuple[str | float, ...]:
    parts = compact_json(entry.parts) if entry.parts else ""
    size = _on_disk(len(entry.value.encode("utf-8", "surrogatepass"))) + len(parts) + _ROW_BYTES
    return entry.key, now, now, size, entry.prompt, entry.provider, entry.model, parts


def _on_disk(size: int) -> int:
    if size <= 2 * _INLINE_BYTES:
        return size
    return _INLINE_BYTES + _PAGE_BYTES * math.ceil((size - _INLINE_BYTES) / _PAGE_BYTES)


def touch(connection: sqlite3.Connection, hits: Mapping[str, int], now: float) -> None:
    """Counts uses of entries, all made about now."""
    rows = [(now, count, key) for key, count in hits.items()]
    with transaction(connection):
        connection.executemany("UPDATE facts SET used = ?, hits = hits + ? WHERE key = ?", rows)


def groups(connection: sqlite3.Connection, now: float) -> list[Group]:
    """What is kept, by prompt, provider and model, the largest first."""
    with transaction(connection):
        connection.execute(_ADOPT, {"now": now})
    saved = _saved(connection)
    names = ("use", "prompt", "provider", "model", "entries", "bytes", "hits", "oldest", "newest")
    rows = connection.execute(_GROUPS).fetchall()
    return [Group(**dict(zip(names, row, strict=True)), saved=saved.get(row[:4], 0)) for row in rows]


def _saved(connection: sqlite3.Connection) -> dict[tuple[str, ...], int | None]:
    """The picodollars that uses would have cost, by group; added up here, where they have no bound."""
    found: dict[tuple[str, ...], int | None] = {}
    for *group, hits, dollars in connection.execute(_USED):
        price = picodollars(dollars) if isinstance(dollars, int | float) else None
        before = found.get(tuple(group), 0)
        found[tuple(group)] = None if price is None or before is None else before + hits * price
    return found


def asked_before(connection: sqlite3.Connection, prompt: str) -> list[dict[str, str]]:
    """The parts of requests that a prompt's kept replies answer, the latest first."""
    query = "SELECT parts FROM facts WHERE prompt = ? AND parts != '' ORDER BY made DESC LIMIT ?"
    found = []
    for (text,) in connection.execute(query, (prompt, _MOST_COMPARED)):
        with suppress(ValueError, TypeError):
            parts = json.loads(text)
            if isinstance(parts, dict):
                found.append({str(name): str(value) for name, value in parts.items()})
    return found


def keep_within(connection: sqlite3.Connection, limits: CacheLimits, now: float) -> None:
    """What is done of itself after new entries: the too old go, and of too much what was not used for longest."""
    full = limits.max_bytes is not None and file_bytes(connection) > limits.max_bytes
    if full or limits.max_age is not None:
        _trim(connection, limits, now, _FULL, _TRIMMED)


def prune(connection: sqlite3.Connection, limits: CacheLimits, now: float) -> tuple[int, int]:
    """As ``keep_within``, whether or not the file is too large, and gives its space back.

    How many entries went, and their bytes.
    """
    entries = None if limits.max_bytes is None else limits.max_bytes - _EMPTY_BYTES
    gone = _trim(connection, CacheLimits(max_bytes=entries, max_age=limits.max_age), now, 0.8, 0.8)
    with suppress(sqlite3.OperationalError):
        # Another process reads: the space is used again by what comes next.
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return gone


def _trim(
    connection: sqlite3.Connection, limits: CacheLimits, now: float, full: float, trimmed: float
) -> tuple[int, int]:
    """Deletes what is too old and, with more content than that share of the limit, down to another share of it."""
    with transaction(connection):
        connection.execute(_ADOPT, {"now": now})
        rows = connection.execute("SELECT key, made, bytes FROM facts ORDER BY used, made, key").fetchall()
        oldest = float("-inf") if limits.max_age is None else now - limits.max_age
        total = sum(size for _, made, size in rows if made >= oldest)
        most = float("inf") if limits.max_bytes is None else limits.max_bytes
        over = total - trimmed * most if total > full * most else 0
        gone: list[tuple[str, int]] = []
        for key, made, size in rows:
            if made < oldest:
                gone.append((key, size))
            elif over > 0:
                gone.append((key, size))
                over -= size
        connection.executemany("DELETE FROM replies WHERE key = ?", [(key,) for key, _ in gone])
        connection.executemany("DELETE FROM facts WHERE key = ?", [(key,) for key, _ in gone])
        reply_sharing.trim(connection, now)
    return len(gone), sum(size for _, size in gone)

"""The SQL of what processes share beside replies: who is asking for one right now, and embeddings of what was asked."""

from __future__ import annotations

import hashlib
import sqlite3

from promptctl.adapters.sqlite_file import transaction

MOST_VECTORS = 256
"""Embeddings kept of a group: comparing one with all of them stays a matter of milliseconds."""
_LEASES = (
    "CREATE TABLE IF NOT EXISTS leases (key TEXT PRIMARY KEY, token TEXT NOT NULL, until REAL NOT NULL) WITHOUT ROWID"
)
_VECTORS = (
    "CREATE TABLE IF NOT EXISTS vectors (place TEXT NOT NULL, key TEXT NOT NULL, made REAL NOT NULL, seal TEXT "
    "NOT NULL, value TEXT NOT NULL, PRIMARY KEY (place, key)) WITHOUT ROWID"
)


def prepare(connection: sqlite3.Connection) -> None:
    """Makes the tables."""
    connection.execute(_LEASES)
    connection.execute(_VECTORS)


def lead(connection: sqlite3.Connection, key: str, token: str, seconds: float, now: float) -> bool:
    """Takes the lease of a key, unless somebody has it. One that lasts longer than a new one would is nobody's: a
    clock was wrong."""
    query = "SELECT 1 FROM leases WHERE key = ? AND token != ? AND until > ? AND until <= ?"
    taken = (key, token, now, now + 2 * seconds)
    if connection.execute(query, taken).fetchone():
        return False
    with transaction(connection):
        if connection.execute(query, taken).fetchone():
            return False
        connection.execute("INSERT OR REPLACE INTO leases VALUES (?, ?, ?)", (key, token, now + seconds))
    return True


def release(connection: sqlite3.Connection, key: str, token: str) -> None:
    """Ends a lease."""
    connection.execute("DELETE FROM leases WHERE key = ? AND token = ?", (key, token))


def vectors(connection: sqlite3.Connection, group: str, since: float) -> list[tuple[str, str]]:
    """Key and embedding of a group's newest entries, those alone that are as they were put."""
    query = "SELECT key, seal, value FROM vectors WHERE place = ? AND made >= ? ORDER BY made DESC LIMIT ?"
    rows = connection.execute(query, (group, since, MOST_VECTORS))
    return [(key, value) for key, seal, value in rows if isinstance(value, str) and seal == _seal(group, key, value)]


def put_vector(connection: sqlite3.Connection, group: str, key: str, vector: str, now: float) -> None:
    """Keeps an embedding; the oldest of too many go."""
    row = (group, key, now, _seal(group, key, vector), vector)
    oldest = (
        "DELETE FROM vectors WHERE place = ?1 AND made < (SELECT min(made) FROM (SELECT made FROM vectors "
        "WHERE place = ?1 ORDER BY made DESC LIMIT ?2))"
    )
    with transaction(connection):
        connection.execute("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?, ?)", row)
        connection.execute(oldest, (group, MOST_VECTORS))


def trim(connection: sqlite3.Connection, now: float) -> None:
    """Deletes what belongs to no reply any more. Within the caller's transaction."""
    connection.execute("DELETE FROM vectors WHERE key NOT IN (SELECT key FROM replies)")
    connection.execute("DELETE FROM leases WHERE until < ?", (now,))


def _seal(group: str, key: str, value: str) -> str:
    text = f"promptctl-cache-vector/v1\n{group}\n{key}\n{value}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

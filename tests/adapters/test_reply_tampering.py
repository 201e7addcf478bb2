"""Entries of this machine's cache that somebody changed, cut, swapped or brought from elsewhere: none is an answer."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from promptctl.adapters.reply_cache import ReplyCache
from tests.caching import reply

KEYS = [f"app1:{number:064x}" for number in range(200)]
Change = Callable[[sqlite3.Connection, random.Random], object]


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[ReplyCache]:
    with ReplyCache(tmp_path) as opened:
        for key in KEYS:
            opened.put(key, reply(f"text of {key}"))
        assert opened.get(KEYS[7], 60) == reply(f"text of {KEYS[7]}")
        yield opened


def flipped(text: str, chance: random.Random) -> bytes:
    data = bytearray(text.encode())
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


def rewritten(column: str, change: Callable[[str, random.Random], object]) -> Change:
    def work(connection: sqlite3.Connection, chance: random.Random) -> None:
        rows = connection.execute(f"SELECT {column}, key FROM replies").fetchall()
        changed = [(change(text, chance), key) for text, key in rows]
        connection.executemany(f"UPDATE replies SET {column} = CAST(? AS TEXT) WHERE key = ?", changed)

    return work


def swapped(connection: sqlite3.Connection, chance: random.Random) -> None:
    rows = connection.execute("SELECT seal, value, key FROM replies").fetchall()
    moved = [(seal, value, rows[(index + 1) % len(rows)][2]) for index, (seal, value, _) in enumerate(rows)]
    connection.executemany("UPDATE replies SET seal = ?, value = ? WHERE key = ?", moved)


CHANGES: dict[str, Change] = {
    "a bit of the text": rewritten("value", flipped),
    "a bit of the seal": rewritten("seal", flipped),
    "cut": rewritten("value", lambda text, chance: text[: chance.randrange(len(text))]),
    "swapped": swapped,
    "another form": lambda connection, _: connection.execute("UPDATE replies SET key = replace(key, 'app1:', 'app0:')"),
    "as bytes": lambda connection, _: connection.execute("UPDATE replies SET value = CAST(value AS BLOB)"),
    "nobody knows when": lambda connection, _: connection.execute("DELETE FROM facts"),
    "too old": lambda connection, _: connection.execute("UPDATE facts SET made = made - 61"),
    "no table": lambda connection, _: connection.execute("DROP TABLE replies"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_was_changed_is_a_miss(cache: ReplyCache, name: str) -> None:
    cache.close()
    with closing(sqlite3.connect(cache.path)) as connection, connection:
        CHANGES[name](connection, random.Random(name))
    assert [key for key in KEYS if cache.get(key, 60) is not None] == []


def test_no_place_in_an_entry_may_change(cache: ReplyCache) -> None:
    cache.close()
    with closing(sqlite3.connect(cache.path, isolation_level=None)) as connection:
        ((text,),) = connection.execute("SELECT value FROM replies WHERE key = ?", (KEYS[0],))
        for position in range(0, len(text), 3):
            data = bytearray(text.encode())
            data[position] ^= 1
            connection.execute("UPDATE replies SET value = CAST(? AS TEXT) WHERE key = ?", (bytes(data), KEYS[0]))
            assert cache.get(KEYS[0], 60) is None, position
        connection.execute("UPDATE replies SET value = ? WHERE key = ?", (text, KEYS[0]))
        assert cache.get(KEYS[0], 60) == reply(f"text of {KEYS[0]}")


def test_another_users_vectors_and_leases_are_not_believed(cache: ReplyCache) -> None:
    cache.put_vector("g", KEYS[0], "AAAA")
    assert cache.vectors("g", 60) == [(KEYS[0], "AAAA")]
    assert cache.lead("k", "one", 60)
    cache.close()
    with closing(sqlite3.connect(cache.path)) as connection, connection:
        connection.execute("UPDATE vectors SET key = ?", (KEYS[1],))
        connection.execute("UPDATE leases SET until = until + 100000")
    assert cache.vectors("g", 60) == []
    # A lease that lasts longer than any is nobody's.
    assert cache.lead("k", "two", 60)

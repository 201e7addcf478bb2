"""The cache's bounds, its file's older form, and what it knows of its entries."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from promptctl.adapters.reply_cache import FILE_NAME, UNUSABLE, ReplyCache
from promptctl.core.caching.limits import CacheLimits
from promptctl.core.models.request import Reply
from promptctl.errors import OutsideError

REPLY = Reply(text="hello", model="m", provider="p", host="h")
OLD_TABLE = "CREATE TABLE replies (key TEXT PRIMARY KEY, seal TEXT NOT NULL, value TEXT NOT NULL) WITHOUT ROWID"
WRITER = """
import sys
from pathlib import Path
from promptctl.adapters.reply_cache import ReplyCache
from promptctl.core.caching.limits import CacheLimits
from promptctl.core.models.request import Reply
for turn in range(4):
    with ReplyCache(Path(sys.argv[1]), limits=CacheLimits(max_bytes=200_000)) as cache:
        for number in range(40):
            key = f"{sys.argv[2]}-{turn}-{number}"
            cache.put(key, Reply(text=key + "x" * 1000))
            found = cache.get(key)
            assert found is None or found.text.startswith(key)
        if turn == 2 and sys.argv[2] == "0":
            cache.prune(CacheLimits(max_bytes=50_000))
        cache.groups()
    assert cache.faults == 0, cache.faults
"""


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        self.now += 1
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(tmp_path: Path, clock: Clock) -> Iterator[ReplyCache]:
    with ReplyCache(tmp_path, limits=CacheLimits(max_bytes=100_000, max_age=1000), clock=clock) as opened:
        yield opened


def big(number: int) -> Reply:
    return replace(REPLY, text=f"{number:04}" * 500)


def kept(cache: ReplyCache, count: int) -> list[int]:
    return [number for number in range(count) if cache.get(f"k{number}") is not None]


def test_it_is_known_who_asked_and_how_often_it_was_used(cache: ReplyCache) -> None:
    cache.put("a", REPLY, prompt="one", parts={"model": "m"})
    cache.put("b", REPLY, prompt="one")
    cache.put("c", replace(REPLY, provider="q"), prompt="two")
    for key in ("a", "a", "b", "none"):
        cache.get(key)
    groups = {(group.prompt, group.provider, group.model): group for group in cache.groups()}
    assert {name: (group.entries, group.hits) for name, group in groups.items()} == {
        ("one", "p", "m"): (2, 3),
        ("two", "q", "m"): (1, 0),
    }
    assert groups["one", "p", "m"].oldest < groups["one", "p", "m"].newest < groups["two", "q", "m"].oldest
    assert cache.asked_before("one") == [{"model": "m"}]
    assert cache.asked_before("two") == []


def test_a_file_of_the_first_form_is_used_and_still_serves_those_who_know_only_that(
    tmp_path: Path, clock: Clock
) -> None:
    with ReplyCache(tmp_path / "new") as new:
        new.put("k", REPLY)
    with closing(sqlite3.connect(new.path)) as connection:
        row = connection.execute("SELECT key, seal, value FROM replies").fetchone()
    (tmp_path / "old").mkdir()
    with closing(sqlite3.connect(tmp_path / "old" / FILE_NAME)) as connection, connection:
        connection.execute(OLD_TABLE)
        connection.execute("INSERT INTO replies VALUES (?, ?, ?)", row)
        connection.execute("INSERT INTO replies VALUES ('broken', '', 'no json')")
    with ReplyCache(tmp_path / "old", limits=CacheLimits(max_age=10**6), clock=clock) as cache:
        assert cache.get("k") == REPLY
        cache.put("l", REPLY)
        assert [(group.provider, group.model, group.entries) for group in cache.groups()] == [
            ("p", "m", 2),
            ("", "", 1),
        ]
        assert cache.faults == 0
    with closing(sqlite3.connect(cache.path)) as connection, connection:
        connection.execute("INSERT OR REPLACE INTO replies VALUES ('k', ?, ?)", row[1:])
        assert connection.execute("SELECT count(*) FROM replies").fetchone() == (3,)
    assert cache.get("k") == REPLY


def test_what_is_too_old_is_a_miss_and_goes_when_something_new_comes(cache: ReplyCache, clock: Clock) -> None:
    cache.put("k0", REPLY)
    clock.now += 500
    cache.put("k1", REPLY)
    clock.now += 600
    assert kept(cache, 2) == [1]
    cache.put("k2", REPLY)
    cache.close()
    assert sum(group.entries for group in cache.groups()) == 2


def test_a_full_cache_loses_what_was_not_used_for_longest(cache: ReplyCache) -> None:
    for number in range(20):
        cache.put(f"k{number}", big(number))
    assert kept(cache, 1) == [0]
    cache.close()
    for number in range(20, 60):
        cache.put(f"k{number}", big(number))
        if number % 4 == 3:
            cache.close()
            assert cache.size() < 160_000
    left = kept(cache, 60)
    assert 10 <= len(left) < 25
    assert left[-10:] == list(range(50, 60))
    assert cache.faults == 0


def test_pruning_keeps_to_what_is_asked_for_and_gives_space_back(cache: ReplyCache, clock: Clock) -> None:
    for number in range(30):
        cache.put(f"k{number}", big(number))
    clock.now += 100
    assert kept(cache, 2) == [0, 1]
    entries, freed = cache.prune(CacheLimits(max_bytes=60_000))
    assert freed > entries * 2000
    assert cache.size() <= 60_000
    assert kept(cache, 30) == [0, 1, *range(entries + 2, 30)]
    assert cache.prune(CacheLimits(max_bytes=None, max_age=50))[0] == 30 - entries
    assert kept(cache, 30) == []
    cache.put("k0", REPLY)
    assert cache.prune(CacheLimits(max_bytes=0))[0] == 1


def test_pruning_by_age(cache: ReplyCache, clock: Clock) -> None:
    cache.put("k0", REPLY)
    clock.now += 100
    cache.put("k1", REPLY)
    assert cache.prune(CacheLimits(max_bytes=None, max_age=50))[0] == 1
    assert kept(cache, 2) == [1]


def test_no_limit_keeps_everything(tmp_path: Path) -> None:
    with ReplyCache(tmp_path, limits=CacheLimits(max_bytes=None)) as cache:
        for number in range(40):
            cache.put(f"k{number}", big(number))
        assert cache.prune(CacheLimits(max_bytes=None)) == (0, 0)
        assert kept(cache, 40) == list(range(40))


def test_commands_say_that_the_cache_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    cache = ReplyCache(tmp_path / "file" / "cache")
    for work in (cache.groups, lambda: cache.prune(CacheLimits())):
        with pytest.raises(OutsideError) as caught:
            work()
        assert (caught.value.code, caught.value.exit_code) == (UNUSABLE, 4)
    assert cache.asked_before("x") == []


def test_many_processes_write_count_and_prune_at_once(tmp_path: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), str(number)], stderr=subprocess.PIPE, text=True)
        for number in range(5)
    ]
    assert [(writer.communicate(timeout=100)[1], writer.returncode) for writer in writers] == [("", 0)] * 5
    with ReplyCache(tmp_path) as cache:
        last = [f"{writer}-3-{number}" for writer in range(5) for number in range(40)]
        assert sum(cache.get(key) is not None for key in last) > 10
        assert cache.size() < 1_500_000
    with closing(sqlite3.connect(cache.path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        query = "SELECT count(*) FROM replies WHERE key NOT IN (SELECT key FROM facts)"
        assert connection.execute(query).fetchone() == (0,)

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from promptctl.adapters.reply_cache import ReplyCache
from promptctl.core.models.request import Reply, Usage

REPLY = Reply(text="hello", usage=Usage(input=1, output=2), model="m", provider="p", latency_ms=1.5, cost=0.1)
WRITER = """
import sys
from pathlib import Path
from promptctl.adapters.reply_cache import ReplyCache
from promptctl.core.models.request import Reply
cache = ReplyCache(Path(sys.argv[1]))
for number in range(int(sys.argv[3])):
    cache.put(f"{sys.argv[2]}-{number}", Reply(text=f"text {number}"))
    cache.put("shared", Reply(text=f"text {number}"))
    assert cache.get(f"{sys.argv[2]}-{number}").text == f"text {number}"
    assert cache.get("shared") is not None
print(cache.faults)
"""

FORKED = """
import os, sys
from pathlib import Path
from promptctl.adapters.reply_cache import ReplyCache
from promptctl.core.models.request import Reply
cache = ReplyCache(Path(sys.argv[1]))
cache.put("k", Reply(text="before"))
inherited = cache._file._connection
child = os.fork()
if child == 0:
    cache.put("child", Reply(text="child"))
    fine = cache.get("k") == Reply(text="before") and cache._file._connection is not inherited and not cache.faults
    os._exit(0 if fine else 1)
fine = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
cache.put("k", Reply(text="after"))
print(fine and cache.get("child") == Reply(text="child") and cache.get("k") == Reply(text="after"))
"""
FIRST_OPENERS = """
import os, sys
from pathlib import Path
from promptctl.adapters.reply_cache import ReplyCache
failed = 0
for number in range(12):
    cache, (start, go), children = ReplyCache(Path(sys.argv[1]) / str(number)), os.pipe(), []
    for _ in range(16):
        child = os.fork()
        if child == 0:
            os.close(go)
            os.read(start, 1)
            cache.get("k")
            os._exit(min(cache.faults, 1))
        children.append(child)
    os.close(start)
    os.close(go)
    failed += sum(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children)
print(failed)
"""


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[ReplyCache]:
    with ReplyCache(tmp_path / "cache") as opened:
        yield opened


def tamper(cache: ReplyCache, statement: str, *values: object) -> None:
    cache.close()
    with closing(sqlite3.connect(cache.path)) as connection, connection:
        connection.execute(statement, values)


def test_what_is_put_is_found_also_by_others(cache: ReplyCache) -> None:
    assert cache.get("k") is None
    cache.put("k", REPLY)
    cache.put("l", replace(REPLY, text="ü \u2028"))
    assert cache.get("k") == REPLY
    with ReplyCache(cache.path.parent) as other:
        assert other.get("l") == replace(REPLY, text="ü \u2028")
        cache.put("k", replace(REPLY, text="newer"))
        assert other.get("k") == replace(REPLY, text="newer")
    assert cache.faults == 0


def test_entries_put_together_are_found_here_at_once_and_by_others_soon(tmp_path: Path) -> None:
    now = [1000.0]
    with ReplyCache(tmp_path, together=3, clock=lambda: now[0]) as cache, ReplyCache(tmp_path) as other:

        def put(key: str) -> list[bool]:
            cache.put(key, replace(REPLY, text=key))
            assert cache.get(key) == replace(REPLY, text=key)
            return [other.get(it) is not None for it in "abcdef"]

        assert put("a") == put("b") == [False] * 6
        assert put("c") == put("d") == [True] * 3 + [False] * 3
        now[0] += 1
        assert put("e") == put("f") == [True] * 5 + [False]
    with ReplyCache(tmp_path) as later:
        assert later.get("f") == replace(REPLY, text="f")


def test_the_cache_is_the_users_alone(cache: ReplyCache) -> None:
    cache.put("k", REPLY)
    assert cache.path.parent.stat().st_mode & 0o777 == 0o700
    assert cache.path.stat().st_mode & 0o777 == 0o600


def test_any_changed_character_is_a_miss(cache: ReplyCache) -> None:
    cache.put("k", REPLY)
    with closing(sqlite3.connect(cache.path)) as connection:
        ((value,),) = connection.execute("SELECT value FROM replies")
    for position in range(0, len(value), 7):
        changed = value[:position] + ("0" if value[position] != "0" else "1") + value[position + 1 :]
        tamper(cache, "UPDATE replies SET value = ?", changed)
        assert cache.get("k") is None
    tamper(cache, "UPDATE replies SET value = ?", value)
    assert cache.get("k") == REPLY


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE replies SET value = substr(value, 1, 20)",
        "UPDATE replies SET value = ''",
        "UPDATE replies SET value = x'00ff'",
        "UPDATE replies SET value = 5",
        "UPDATE replies SET seal = ''",
        "UPDATE replies SET seal = x'00'",
        "UPDATE replies SET key = 'l'",
    ],
)
def test_a_wrong_cut_or_moved_entry_is_a_miss(cache: ReplyCache, statement: str) -> None:
    cache.put("k", REPLY)
    tamper(cache, statement)
    assert cache.get("k") is None
    assert cache.get("l") is None
    cache.put("k", REPLY)
    assert cache.get("k") == REPLY


def test_a_sealed_entry_of_another_form_is_a_miss(cache: ReplyCache) -> None:
    from promptctl.adapters.reply_cache import _seal

    cache.put("k", REPLY)
    for value in ("{}", "null", "NaN", "{", '{"text": 1}'):
        tamper(cache, "UPDATE replies SET value = ?, seal = ?", value, _seal("k", value))
        assert cache.get("k") is None


@pytest.mark.parametrize("content", [b"no database" * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_broken_database_is_set_aside_and_work_goes_on(cache: ReplyCache, content: bytes) -> None:
    cache.path.parent.mkdir()
    cache.path.write_bytes(content)
    cache.put("k", REPLY)
    assert cache.get("k") == REPLY
    (aside,) = cache.path.parent.glob("*.broken-*")
    assert aside.read_bytes() == content
    assert cache.faults == 1


def test_a_database_that_breaks_while_in_use_is_set_aside_once_by_all_who_use_it(cache: ReplyCache) -> None:
    for number in range(200):
        cache.put(f"k{number}", replace(REPLY, text="x" * 500))
    cache.close()
    with ReplyCache(cache.path.parent) as other:
        assert other.get("none") is None
        with cache.path.open("r+b") as file:
            file.seek(4096)
            file.write(b"\xff" * (cache.path.stat().st_size - 4096))
        assert cache.get("k1") is None
        cache.put("fresh", REPLY)
        assert other.get("k150") is None
        assert other.get("fresh") == REPLY
        assert (cache.faults, other.faults) == (1, 0)
    assert len(list(cache.path.parent.glob("*.broken-*[0-9]"))) == 1


def test_an_empty_file_is_an_empty_cache(cache: ReplyCache) -> None:
    cache.path.parent.mkdir()
    cache.path.touch()
    assert cache.get("k") is None
    cache.put("k", REPLY)
    assert cache.get("k") == REPLY


def test_a_link_to_another_place_is_not_used(cache: ReplyCache, tmp_path: Path) -> None:
    with ReplyCache(tmp_path / "other") as other:
        other.put("k", REPLY)
    cache.path.parent.mkdir()
    cache.path.symlink_to(other.path)
    assert cache.get("k") is None
    cache.put("l", REPLY)
    with other:
        assert other.get("l") is None
    assert cache.faults == 2


def test_a_folder_that_cannot_be_made_costs_only_the_cache(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    cache = ReplyCache(tmp_path / "file" / "cache")
    cache.put("k", REPLY)
    assert cache.get("k") is None
    assert cache.faults == 2


def run_script(script: str, folder: Path) -> str:
    done = subprocess.run([sys.executable, "-c", script, str(folder)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_a_connection_is_not_carried_over_a_fork(tmp_path: Path) -> None:
    assert run_script(FORKED, tmp_path / "cache") == "True\n"


def test_many_first_openers_all_open_it(tmp_path: Path) -> None:
    assert run_script(FIRST_OPENERS, tmp_path) == "0\n"


def test_many_processes_write_at_once_and_nothing_is_lost(tmp_path: Path) -> None:
    rounds = 60
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path / "cache"), str(writer), str(rounds)],
            stdout=subprocess.PIPE,
            text=True,
        )
        for writer in range(8)
    ]
    assert [writer.communicate(timeout=100)[0] for writer in writers] == ["0\n"] * 8
    with ReplyCache(tmp_path / "cache") as cache:
        for writer in range(8):
            for number in range(rounds):
                assert cache.get(f"{writer}-{number}") == Reply(text=f"text {number}")
    with closing(sqlite3.connect(cache.path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA journal_mode").fetchall() == [("wal",)]

"""Caches among processes: many that want the same at once, forks, kills, and a Redis that dies under load."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from promptctl.adapters.redis_replies import RedisReplies
from promptctl.adapters.reply_cache import ReplyCache
from promptctl.core.caching.entry import EntrySeal
from promptctl.core.models.request import Reply
from tests.caching import SCOPE, caching, reply, request
from tests.services import Redis, free_port

ROOT = Path(__file__).parents[3]

STAMPEDE = """
import asyncio, sys
from collections import Counter
from pathlib import Path
from promptctl.runtime.caching.opening import open_caching
from tests.caching import SCOPE, reply, request
folder, environment = Path(sys.argv[1]), {"PROMPTCTL_DATA_DIR": sys.argv[1], "PROMPTCTL_CACHE_DIR": sys.argv[1]}

def note(name):
    with (folder / name).open("a") as file:
        file.write("x")
    return lambda: len((folder / name).read_text())

async def ask():
    note("asked")
    # An answer comes once everybody wants it.
    while started() < 4:
        await asyncio.sleep(0.005)
    return reply()

async def main():
    cache = open_caching({"mode": "exact"}, environment=environment | {"PROMPTCTL_CACHE": sys.argv[2]}, providers={})
    calls = [asyncio.create_task(cache.answer(request(), scope=SCOPE, ask=ask)) for _ in range(50)]
    await asyncio.sleep(0)
    global started
    started = note("started")
    results = await asyncio.gather(*calls)
    assert all(found == reply() for found, _ in results)
    print(dict(Counter(outcome.kind for _, outcome in results)))
    assert cache.store
    await cache.store.aclose()

asyncio.run(main())
"""

FORKS = """
import asyncio, os, sys, threading
from promptctl.runtime.caching.opening import open_caching
from tests.caching import SCOPE, Model, request

cache = open_caching({"mode": "exact"}, environment={"PROMPTCTL_CACHE_DIR": sys.argv[1]}, providers={})
kept, busy = request("kept"), threading.Event()

async def use(times):
    for number in range(times):
        await cache.answer(kept, scope=SCOPE, ask=Model())

asyncio.run(use(1))
stop = False
def work():
    busy.set()
    while not stop:
        asyncio.run(use(20))
threads = [threading.Thread(target=work) for _ in range(3)]
for thread in threads:
    thread.start()
busy.wait()
failed = 0
for number in range(12):
    child = os.fork()
    if child == 0:
        model = Model()
        asyncio.run(cache.answer(kept, scope=SCOPE, ask=model))
        asyncio.run(cache.answer(request(str(number)), scope=SCOPE, ask=model))
        os._exit(0 if model.asked == 1 else 1)
    failed += os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
stop = True
for thread in threads:
    thread.join()
model = Model()
for number in range(12):
    asyncio.run(cache.answer(request(str(number)), scope=SCOPE, ask=model))
print(failed, model.asked)
"""

WRITER = """
import sys
from pathlib import Path
from promptctl.adapters.reply_cache import ReplyCache
from tests.caching import reply
cache, number = ReplyCache(Path(sys.argv[1])), 0
while True:
    key = f"{sys.argv[2]}-{number % 50}"
    cache.put(key, reply(key + "x" * 2000))
    cache.put("shared", reply("shared"))
    number += 1
    if number == 60:
        print("going", flush=True)
"""


def started(script: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def stampede(folder: Path, store: str) -> tuple[int, Counter[str]]:
    """How often 4 processes that want the same 50 times each at once asked, and what came of it."""
    processes = [started(STAMPEDE, folder, store) for _ in range(4)]
    kinds: Counter[str] = Counter()
    for process in processes:
        said, faults = process.communicate(timeout=100)
        assert (process.returncode, faults) == (0, "")
        kinds.update(eval(said))
    return len((folder / "asked").read_text()), kinds


def test_200_equal_calls_of_4_processes_are_one(tmp_path: Path) -> None:
    asked, kinds = stampede(tmp_path, "sqlite")
    assert (asked, kinds["miss"], kinds.total()) == (1, 1, 200)


@pytest.mark.long
@pytest.mark.services
def test_200_equal_calls_of_4_processes_are_one_by_redis(redis: Redis, tmp_path: Path) -> None:
    asked, kinds = stampede(tmp_path, redis.url)
    assert (asked, kinds["miss"], kinds.total()) == (1, 1, 200)


@pytest.mark.long
def test_without_a_store_each_process_asks_once(tmp_path: Path) -> None:
    asked, kinds = stampede(tmp_path, f"redis://127.0.0.1:{free_port()}")
    assert (asked, kinds) == (4, {"miss": 4, "shared": 196})


def test_forked_children_use_the_cache_of_a_busy_parent(tmp_path: Path) -> None:
    process = started(FORKS, tmp_path)
    assert process.communicate(timeout=100) == ("0 0\n", "")


@pytest.mark.long
def test_writers_that_are_killed_leave_whole_entries(tmp_path: Path) -> None:
    writers = [started(WRITER, tmp_path, number) for number in range(8)]
    for writer in writers:
        assert writer.stdout
        assert writer.stdout.readline() == "going\n"
    for writer in writers:
        writer.kill()
        writer.communicate()
    with ReplyCache(tmp_path) as cache:
        for key in [f"{writer}-{number}" for writer in range(8) for number in range(50)]:
            assert cache.get(key, 3600) == reply(key + "x" * 2000)
        assert cache.get("shared") == reply("shared")
        assert cache.faults == 0
    with closing(sqlite3.connect(cache.path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.mark.services
def test_redis_killed_and_started_again_under_load_makes_no_error_and_no_wrong_answer(redis: Redis) -> None:
    calls, wrong = Counter[str](), 0

    async def scene() -> RedisReplies:
        store = RedisReplies(redis.url, EntrySeal(b"k" * 32))
        cache = caching(store)

        async def one(number: int) -> None:
            nonlocal wrong
            text = f"text {number % 40}"

            async def ask() -> Reply:
                await asyncio.sleep(0)
                return reply(f"answer to {text}")

            if number == 400:
                redis.kill()
            if number == 800:
                redis.start()
                store._resting.worked()
            found, outcome = await cache.answer(request(text), scope=SCOPE, ask=ask)
            wrong += found != reply(f"answer to {text}")
            calls[outcome.kind] += 1

        for first in range(0, 1200, 20):
            await asyncio.gather(*(one(number) for number in range(first, first + 20)))
        await store.aclose()
        return store

    store = asyncio.run(scene())
    assert wrong == 0
    assert calls.total() == 1200
    assert calls["exact"] >= 600
    assert calls["miss"] >= 400 + 40
    assert 1 <= store.faults <= 20


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a file away")
def test_another_users_file_is_not_used(tmp_path: Path) -> None:
    with ReplyCache(tmp_path) as cache:
        cache.put("k", reply())
        assert cache.get("k") == reply()
    os.chown(cache.path, 65534, 65534)
    with ReplyCache(tmp_path) as other:
        assert other.get("k") is None
        other.put("k", reply("new"))
        assert other.faults == 2

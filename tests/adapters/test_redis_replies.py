from __future__ import annotations

import asyncio
import random
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
import redis as redis_client

from promptctl.adapters.redis_replies import RedisReplies
from promptctl.adapters.reply_store import Kept
from promptctl.core.caching.entry import EntrySeal
from tests.caching import Model, caching, reply, request
from tests.services import Redis, free_port

SEAL = EntrySeal(b"k" * 32)
KEPT = Kept(seconds=600)
HOUR = 3600.0


def lived(url: str, scene: Callable[[RedisReplies], Awaitable[Any]], **options: Any) -> RedisReplies:
    """A store whose life is a scene."""

    async def life() -> RedisReplies:
        store = RedisReplies(url, SEAL, **options)
        await scene(store)
        await store.aclose()
        return store

    return asyncio.run(life())


@contextmanager
def raw(server: Redis) -> Iterator[Any]:
    with closing(redis_client.Redis(port=server.port, protocol=2)) as client:
        yield client


@contextmanager
def listener(answer: bytes | None) -> Iterator[tuple[str, list[int]]]:
    """A server that is no Redis: it answers whatever comes with the same bytes, or never. Its URL, and who came."""
    came: list[int] = []
    lines = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    line, (_, port) = server.accept()
                except OSError:
                    return
                came.append(port)
                lines.append(line)
                if answer is not None:
                    line.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"redis://127.0.0.1:{server.getsockname()[1]}/0", came
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()
            for line in lines:
                line.close()


@pytest.mark.services
def test_what_is_put_is_found_by_all_who_have_the_key(redis: Redis) -> None:
    async def scene(store: RedisReplies) -> None:
        await store.put("k", reply("ü \u2028"), KEPT)
        assert await store.get("k", HOUR) == reply("ü \u2028")
        stranger = RedisReplies(redis.url, EntrySeal(b"x" * 32))
        assert await stranger.get("k", HOUR) is None
        await stranger.put("k", reply("other"), KEPT)
        assert await store.get("k", HOUR) == reply("ü \u2028")
        assert await stranger.get("k", HOUR) == reply("other")
        await stranger.aclose()

    assert lived(redis.url, scene).faults == 0
    with raw(redis) as client:
        assert all(b"hello" not in name and 590_000 < client.pttl(name) <= 600_000 for name in client.keys("*"))


@pytest.mark.services
def test_an_entry_that_was_changed_cut_or_moved_is_a_miss(redis: Redis) -> None:
    chance = random.Random(5)

    async def scene(store: RedisReplies) -> None:
        for number in range(200):
            await store.put(f"k{number}", reply(f"text {number}"), KEPT)
        names = {number: SEAL.name("reply", f"k{number}") for number in range(200)}
        with raw(redis) as client:
            found = dict(zip(names, client.mget(names.values()), strict=True))
            client.mset({names[number]: found[(number + 1) % 200] for number in names})
            assert [await store.get(f"k{number}", HOUR) for number in names] == [None] * 200
            for number, entry in found.items():
                changed = bytearray(entry)
                changed[chance.randrange(len(entry))] ^= 1 << chance.randrange(8)
                client.set(names[number], bytes(changed))
            assert [await store.get(f"k{number}", HOUR) for number in names] == [None] * 200
            client.mset({names[number]: entry[: chance.randrange(len(entry))] for number, entry in found.items()})
            assert [await store.get(f"k{number}", HOUR) for number in names] == [None] * 200
            whole = found[0]
            for position in range(len(whole)):
                changed = bytearray(whole)
                changed[position] ^= 1 << chance.randrange(8)
                client.set(names[0], bytes(changed))
                assert await store.get("k0", HOUR) is None, position
            client.set(names[0], whole)
            assert await store.get("k0", HOUR) == reply("text 0")

    assert lived(redis.url, scene).faults == 0


@pytest.mark.services
def test_another_form_kind_or_size_is_a_miss_and_the_server_is_asked_again(redis: Redis) -> None:
    async def scene(store: RedisReplies) -> None:
        name = SEAL.name("reply", "k")
        with raw(redis) as client:
            for text in ("{}", "null", "NaN", "{", '{"text": 1}'):
                client.set(name, SEAL.spell(name, store._clock(), text))
                assert await store.get("k", HOUR) is None
            client.set(name, b"2" + SEAL.spell(name, store._clock(), "{}")[1:])
            assert await store.get("k", HOUR) is None
            client.set(name, b"x" * 5_000_000)
            assert await store.get("k", HOUR) is None
            client.delete(name)
            client.lpush(name, b"x")
            assert await store.get("k", HOUR) is None
            client.delete(name)
        await store.put("k", reply(), KEPT)
        assert await store.get("k", HOUR) == reply()
        await store.put("large", reply("x" * 2_000_000), KEPT)
        assert await store.get("large", HOUR) is None

    assert lived(redis.url, scene).faults == 1


@pytest.mark.services
def test_entries_go_by_their_time_and_by_the_readers_bound(redis: Redis) -> None:
    now = [1000.0]

    async def scene(store: RedisReplies) -> None:
        await store.put("k", reply(), KEPT)
        now[0] += 100
        assert await store.get("k", 101) == reply()
        assert await store.get("k", 99) is None

    lived(redis.url, scene, clock=lambda: now[0])


@pytest.mark.services
def test_one_leads_until_it_ends_its_lease(redis: Redis) -> None:
    async def scene(store: RedisReplies) -> None:
        assert [await store.lead("k", token, 60) for token in ("one", "two")] == [True, False]
        await store.release("k", "two")
        assert not await store.lead("k", "two", 60)
        await store.release("k", "one")
        assert await store.lead("k", "two", 60)

    assert lived(redis.url, scene).faults == 0


@pytest.mark.services
def test_a_server_that_comes_back_is_used_again(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(store: RedisReplies) -> None:
        await store.put("k", reply(), KEPT)
        redis.kill()
        assert [await store.get("k", HOUR) for _ in range(20)] == [None] * 20
        assert store.faults == 1
        redis.start()
        store._resting.worked()
        await store.put("k", reply(), KEPT)
        await store.put("k", reply(), KEPT)
        store._resting.worked()
        assert await store.get("k", HOUR) == reply()

    lived(redis.url, scene)


async def without(store: RedisReplies) -> None:
    """Everything that is done with a store that does nothing."""
    assert await store.get("k", HOUR) is None
    await store.put("k", reply(), KEPT)
    assert await store.lead("k", "one", 60)
    await store.release("k", "one")
    assert await store.vectors("g", HOUR) == []
    await store.put_vector("g", "k", "AAAA", HOUR)
    cache, model = caching(store), Model()
    for text in ("a", "b"):
        _, outcome = await cache.answer(request(text), scope="s", ask=model)
        assert outcome.kind == "miss"


def test_a_server_that_is_not_there_costs_one_failure() -> None:
    assert lived(f"redis://127.0.0.1:{free_port()}/0", without).faults == 1


ANSWERS = {"silence": None, "a web server": b"HTTP/1.1 400 Bad Request\r\n\r\n", "another answer": b"+OK\r\n" * 50}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_a_server_that_hangs_or_is_no_redis_costs_one_timeout_at_most(answer: bytes | None) -> None:
    with listener(answer) as (url, came):

        async def scene(store: RedisReplies) -> None:
            for _ in range(20):
                assert await store.get("k", HOUR) is None

        lived(url, scene)
        assert len(came) <= 2


def test_nothing_shows_the_password() -> None:
    store = RedisReplies("redis://ada:secret-word@127.0.0.1:1/0", SEAL)
    assert "secret-word" not in repr(store) + repr(SEAL)
    assert "kkk" not in repr(SEAL)


def test_a_goodbye_that_takes_too_long_is_nobodys_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server, or a machine, that is too busy: the client raises, whoever closes the cache never hears of it."""

    async def late(*_: Any, **__: Any) -> None:
        raise redis_client.TimeoutError("Timed out closing connection after 0.25")

    async def scene(store: RedisReplies) -> None:
        assert await store.get("k", HOUR) is None
        monkeypatch.setattr(redis_client.asyncio.Redis, "aclose", late)

    with listener(None) as (url, came):
        lived(url, scene)
    assert came

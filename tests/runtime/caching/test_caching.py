from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from promptctl.adapters.providers.fault import ProviderError
from promptctl.adapters.reply_cache import ReplyCache
from promptctl.adapters.reply_store import SqliteReplies
from promptctl.core.caching.key import cache_key
from promptctl.core.models.provider_table import parse_providers
from promptctl.core.models.request import Reply
from promptctl.runtime.caching.caching import MOST_BYTES, Caching
from promptctl.runtime.caching.opening import open_caching
from promptctl.runtime.caching.outcome import CacheOutcome, ScopeCounts
from tests.caching import SCOPE, Model, caching, reply, request, sqlite_store

SAVED = 2_000_000
MISS, OFF = CacheOutcome(kind="miss"), CacheOutcome(kind="off")
EXACT, SHARED = CacheOutcome(kind="exact", saved=SAVED), CacheOutcome(kind="shared", saved=SAVED)


async def asked(cache: Caching, model: Model, *, scope: str = SCOPE, prompt: str = "", **parts: Any) -> CacheOutcome:
    found, outcome = await cache.answer(request(**parts), scope=scope, ask=model, prompt=prompt)
    assert found == reply(model.text)
    return outcome


async def until(condition: Any) -> None:
    while not condition():
        await asyncio.sleep(0)


@pytest.fixture
def store(tmp_path: Path) -> SqliteReplies:
    return sqlite_store(tmp_path)


def test_an_answer_is_used_again_by_this_process_and_the_next(store: SqliteReplies, tmp_path: Path) -> None:
    async def scene() -> None:
        model, cache = Model(), caching(store)
        assert await asked(cache, model) == MISS
        assert await asked(cache, model) == EXACT
        assert cache.store
        await cache.store.aclose()
        assert await asked(caching(sqlite_store(tmp_path)), model) == EXACT
        assert model.asked == 1
        assert cache.counts() == {SCOPE: ScopeCounts(miss=1, exact=1, saved=SAVED)}

    asyncio.run(scene())
    assert store.faults == 0


@pytest.mark.parametrize(
    ("mode", "parameters", "second"),
    [
        ("off", {"temperature": 0}, OFF),
        ("exact", {"temperature": 0.0}, EXACT),
        ("exact", {"temperature": 0.2}, OFF),
        ("exact", {"temperature": False}, OFF),
        ("exact", {"temperature": float("nan")}, OFF),
        ("exact", {}, OFF),
        ("exact", {"seed": 7}, OFF),
        ("force", {}, EXACT),
        ("force", {"temperature": 1}, EXACT),
        ("force", {"temperature": float("nan")}, OFF),
    ],
)
def test_what_chance_is_in_is_asked_for_again(
    store: SqliteReplies, mode: str, parameters: dict[str, Any], second: CacheOutcome
) -> None:
    async def scene() -> None:
        model, cache = Model(), caching(store, mode)
        first = await asked(cache, model, parameters=parameters)
        assert (first, await asked(cache, model, parameters=parameters)) == (OFF if second == OFF else MISS, second)

    asyncio.run(scene())


def test_prompts_and_environments_have_rules_of_their_own(store: SqliteReplies) -> None:
    async def scene() -> None:
        model = Model()
        cache = caching(
            store, "off", prompts={"support/*": {"mode": "force"}}, environments={"prod": {"mode": "exact"}}
        )
        assert await asked(cache, model, prompt="shop/search") == OFF
        assert await asked(cache, model, prompt="support/triage", parameters={}) == MISS
        cache.environment = "prod"
        assert await asked(cache, model, prompt="shop/search") == MISS
        assert await asked(cache, model, prompt="shop/search", parameters={}) == OFF

    asyncio.run(scene())


def test_another_scope_or_provider_is_another_call(store: SqliteReplies) -> None:
    async def scene() -> None:
        model, cache = Model(), caching(store)
        assert await asked(cache, model) == MISS
        assert await asked(cache, model, scope="sha256:" + "6" * 64) == MISS
        cache.providers = parse_providers({"openai": {"base_url": "https://elsewhere.example/v1"}})
        assert await asked(cache, model) == MISS
        assert await asked(cache, model) == EXACT

    asyncio.run(scene())


def test_an_answer_that_is_too_old_is_asked_for_again(tmp_path: Path) -> None:
    now = [1000.0]

    async def scene() -> None:
        model, cache = Model(), caching(SqliteReplies(ReplyCache(tmp_path, clock=lambda: now[0])), ttl="100m")
        assert await asked(cache, model) == MISS
        now[0] += 5400
        assert await asked(cache, model) == EXACT
        now[0] += 601
        assert await asked(cache, model) == MISS

    asyncio.run(scene())


@pytest.mark.parametrize(
    "found",
    [
        Reply(text="answered here", cost=0.0),
        reply("the key is sk-live-0123456789abcdef0123"),
        reply("x" * MOST_BYTES),
        reply("\ud800"),
    ],
)
def test_some_answers_are_not_kept(store: SqliteReplies, found: Reply) -> None:
    async def scene() -> None:
        async def ask() -> Reply:
            return found

        cache = caching(store)
        for _ in range(2):
            assert await cache.answer(request(), scope=SCOPE, ask=ask) == (found, MISS)

    asyncio.run(scene())


def test_an_unknown_price_stays_unknown(store: SqliteReplies) -> None:
    async def scene() -> CacheOutcome:
        async def ask() -> Reply:
            return Reply(text="hi", host="h")

        cache = caching(store)
        await cache.answer(request(), scope=SCOPE, ask=ask)
        _, outcome = await cache.answer(request(), scope=SCOPE, ask=ask)
        assert cache.counts()[SCOPE].unpriced == 1
        return outcome

    assert asyncio.run(scene()) == CacheOutcome(kind="exact", saved=None)


@pytest.mark.parametrize("kept", [True, False])
def test_equal_calls_at_once_are_one(tmp_path: Path, *, kept: bool) -> None:
    async def scene() -> None:
        cache, model = caching(sqlite_store(tmp_path) if kept else None), Model(gate=asyncio.Event())
        calls = [asyncio.create_task(asked(cache, model)) for _ in range(50)]
        await until(lambda: model.asked)
        assert model.gate
        model.gate.set()
        assert sorted([it.kind for it in await asyncio.gather(*calls)]) == ["miss", *["shared"] * 49]
        assert model.asked == 1

    asyncio.run(scene())


def test_equal_calls_of_several_threads_are_one() -> None:
    cache, models, started = caching(None), [Model() for _ in range(4)], threading.Barrier(4)
    outcomes: list[str] = []

    def work(model: Model) -> None:
        async def scene() -> None:
            async def ask() -> Reply:
                found = await model()
                # Everybody is waiting by then: a flight that has begun is joined.
                await asyncio.to_thread(waiting.wait)
                return found

            joined = asyncio.create_task(cache.answer(request(), scope=SCOPE, ask=ask))
            await asyncio.sleep(0)
            await asyncio.to_thread(started.wait)
            waiting.set()
            outcomes.append((await joined)[1].kind)

        asyncio.run(scene())

    waiting = threading.Event()
    threads = [threading.Thread(target=work, args=(model,)) for model in models]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(outcomes) == ["miss", "shared", "shared", "shared"]
    assert sum(model.asked for model in models) == 1


@pytest.mark.parametrize("fault", [ProviderError("failing", "down"), asyncio.CancelledError()])
def test_after_a_failure_one_of_those_who_wait_asks_next(store: SqliteReplies, fault: BaseException) -> None:
    async def scene() -> None:
        cache, model = caching(store), Model(gate=asyncio.Event(), faults=[fault])
        calls = [asyncio.create_task(asked(cache, model)) for _ in range(10)]
        await until(lambda: model.asked)
        assert model.gate
        model.gate.set()
        results = await asyncio.gather(*calls, return_exceptions=True)
        assert sum(isinstance(it, BaseException) for it in results) == 1
        assert model.asked == 2

    asyncio.run(scene())


def test_calling_the_first_off_leaves_the_others_waiting(store: SqliteReplies) -> None:
    async def scene() -> None:
        cache, model = caching(store), Model(gate=asyncio.Event())
        calls = [asyncio.create_task(asked(cache, model)) for _ in range(10)]
        await until(lambda: model.asked)
        calls[0].cancel()
        calls[5].cancel()
        await until(lambda: model.asked == 2)
        assert model.gate
        model.gate.set()
        results = await asyncio.gather(*calls, return_exceptions=True)
        assert [number for number, it in enumerate(results) if isinstance(it, BaseException)] == [0, 5]
        assert model.asked == 2

    asyncio.run(scene())


def test_after_two_failures_nobody_queues_any_longer(store: SqliteReplies) -> None:
    async def scene() -> None:
        down = [ProviderError("failing", "down") for _ in range(20)]
        cache, model = caching(store), Model(gate=asyncio.Event(), faults=list(down))
        calls = [asyncio.create_task(asked(cache, model)) for _ in range(20)]
        await until(lambda: model.asked)
        assert model.gate
        model.gate.set()
        results = await asyncio.gather(*calls, return_exceptions=True)
        assert {id(it) for it in results} == {id(it) for it in down}

    asyncio.run(scene())


def test_a_process_that_was_killed_while_it_asked_is_waited_for_until_its_lease_ends(tmp_path: Path) -> None:
    async def scene() -> None:
        cache, model = caching(sqlite_store(tmp_path)), Model()
        key = cache_key(request(), cache._wanted(request(), SCOPE, "").route, SCOPE)  # type: ignore[union-attr]
        dead = ReplyCache(tmp_path)
        assert dead.lead(key, "dead", 0.05)
        assert not dead.lead(key, "other", 0.05)
        assert await asked(cache, model) == MISS
        assert model.asked == 1

    asyncio.run(scene())


def test_streams_look_and_keep(store: SqliteReplies) -> None:
    async def scene() -> None:
        cache = caching(store)
        assert await cache.find(request(), scope=SCOPE) is None
        assert await cache.keep(request(), reply(), scope=SCOPE) == MISS
        assert await cache.find(request(), scope=SCOPE) == (reply(), EXACT)
        assert await cache.keep(request(parameters={}), reply(), scope=SCOPE) == OFF
        assert cache.counts()[SCOPE] == ScopeCounts(off=1, miss=1, exact=1, saved=SAVED)

    asyncio.run(scene())


def test_a_folder_that_cannot_be_made_costs_only_the_cache(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    async def scene() -> None:
        model = Model()
        cache = caching(sqlite_store(tmp_path / "file" / "cache"))
        assert [await asked(cache, model) for _ in range(2)] == [MISS, MISS]

    asyncio.run(scene())


def test_the_environment_names_the_folder_and_may_turn_the_cache_off(tmp_path: Path) -> None:
    environment = {"PROMPTCTL_CACHE_DIR": str(tmp_path)}

    async def scene() -> None:
        model = Model()
        cache = open_caching({"mode": "exact"}, environment=environment, providers={})
        off = open_caching({"mode": "exact"}, environment=environment | {"PROMPTCTL_CACHE": "off"}, providers={})
        for each in (cache, off):
            await asked(each, model)
        assert [await asked(each, model) for each in (cache, off)] == [EXACT, OFF]
        assert cache.store
        await cache.store.aclose()

    asyncio.run(scene())
    assert [path.name for path in tmp_path.iterdir()] == ["replies-v1.sqlite3"]

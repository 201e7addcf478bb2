from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from promptctl.adapters.providers.fault import ProviderError
from promptctl.adapters.redis_replies import RedisReplies
from promptctl.adapters.reply_sharing import MOST_VECTORS
from promptctl.adapters.reply_store import ReplyStore
from promptctl.core.caching.entry import EntrySeal
from promptctl.core.models.embedding import embedded_text, spell_embedding
from promptctl.core.models.request import Reply, Request
from promptctl.runtime.caching.caching import Caching
from promptctl.runtime.caching.outcome import CacheOutcome
from tests.caching import SCOPE, Model, caching, request, sqlite_store

EMBEDDING_COST = 1_000
MEANINGS = {"where is my parcel": (1.0, 0.0), "where's my parcel": (1.0, 0.1), "cancel my order": (0.0, 1.0)}


class Embeddings:
    """Embeds texts by what they mean, for a nanodollar each."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.fault: Exception | None = None

    async def __call__(self, wanted: Request) -> Reply:
        text = embedded_text(wanted) or ""
        self.asked.append(text)
        if self.fault:
            raise self.fault
        known = MEANINGS.get(text.rstrip(" 0123456789"), (0.5, -0.5))
        return Reply(text=spell_embedding(known), host="h", cost=0.000000001)


@pytest.fixture(params=["sqlite", pytest.param("redis", marks=pytest.mark.services)])
def store(tmp_path: Path, request: Any) -> Iterator[ReplyStore]:
    if request.param == "sqlite":
        yield sqlite_store(tmp_path)
    else:
        yield RedisReplies(request.getfixturevalue("redis").url, EntrySeal(b"k" * 32))


def by_meaning(store: ReplyStore, embed: Embeddings, **options: Any) -> Caching:
    cache = caching(store, semantic={"model": "openai:small", **options})
    cache.embed = embed
    return cache


def kinds(cache: Caching, *requests: Request, scope: str = SCOPE) -> list[str]:
    async def scene() -> list[str]:
        found = [(await cache.answer(each, scope=scope, ask=Model()))[1].kind for each in requests]
        assert cache.store
        await cache.store.aclose()
        return [str(kind) for kind in found]

    return asyncio.run(scene())


def test_a_text_that_means_the_same_gets_the_same_answer(store: ReplyStore) -> None:
    embed = Embeddings()
    cache = by_meaning(store, embed)
    texts = ["where is my parcel", "where's my parcel", "cancel my order", "where is my parcel"]
    assert kinds(cache, *map(request, texts)) == ["miss", "semantic", "miss", "exact"]
    assert embed.asked == texts[:3]
    assert cache.counts()[SCOPE].spent == 3 * EMBEDDING_COST
    assert cache.counts()[SCOPE].saved == 2 * 2_000_000
    assert kinds(by_meaning(store, embed, min=0.999), request("where's my parcel")) == ["miss"]


SYSTEM = {"role": "system", "content": "Be brief."}
USER = {"role": "user", "content": "where's my parcel"}
IMAGE = {"role": "user", "content": [{"type": "text", "text": "where's my parcel"}]}
OTHERS = [
    request("where's my parcel", model="gpt-4.1-mini"),
    request("where's my parcel", parameters={"temperature": 0, "max_tokens": 5}),
    request("where's my parcel", output={"type": "object"}),
    request("where's my parcel", tools=({"name": "track"},)),
    request("where's my parcel 7"),
    Request(model="gpt-4.1", parameters={"temperature": 0}, messages=(SYSTEM, USER)),
    Request(model="gpt-4.1", parameters={"temperature": 0}, messages=(IMAGE,)),
    Request(model="gpt-4.1", parameters={"temperature": 0}, messages=(USER, {"role": "assistant", "content": "hm"})),
]


@pytest.mark.parametrize("number", range(len(OTHERS)))
def test_everything_else_has_to_be_equal(tmp_path: Path, number: int) -> None:
    cache = by_meaning(sqlite_store(tmp_path), Embeddings())
    assert kinds(cache, request("where is my parcel"), OTHERS[number]) == ["miss", "miss"]


def test_another_digest_is_another_prompt(store: ReplyStore) -> None:
    cache = by_meaning(store, Embeddings())
    assert kinds(cache, request("where is my parcel")) == ["miss"]
    assert kinds(cache, request("where's my parcel"), scope="sha256:other") == ["miss"]


def test_without_embeddings_calls_go_on(store: ReplyStore) -> None:
    embed = Embeddings()
    embed.fault = ProviderError("failing", "down")
    assert kinds(by_meaning(store, embed), *(request(str(number)) for number in range(5))) == ["miss"] * 5
    assert len(embed.asked) == 1


def test_what_a_miss_spent_is_told(tmp_path: Path) -> None:
    async def scene() -> CacheOutcome:
        cache = by_meaning(sqlite_store(tmp_path), Embeddings())
        return (await cache.answer(request("cancel my order"), scope=SCOPE, ask=Model()))[1]

    assert asyncio.run(scene()) == CacheOutcome(kind="miss", spent=EMBEDDING_COST)


def test_a_group_keeps_the_newest(store: ReplyStore) -> None:
    async def scene() -> None:
        for number in range(MOST_VECTORS + 20):
            await store.put_vector("g", f"k{number}", "AAAA", 600)
        found = [key for key, _ in await store.vectors("g", 600)]
        assert found == [f"k{number}" for number in range(MOST_VECTORS + 19, 19, -1)]
        await store.aclose()

    asyncio.run(scene())

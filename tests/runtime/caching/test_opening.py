from __future__ import annotations

import asyncio
import os
import socket
import stat
from pathlib import Path

import pytest

from promptctl.adapters.cache_key_file import shared_cache_key
from promptctl.core.caching.settings import parse_store
from promptctl.errors import UsageError
from promptctl.runtime.caching.opening import open_caching
from tests.caching import Model, request
from tests.services import Redis


def test_a_redis_that_only_a_repository_names_hears_nothing_until_it_is_trusted(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        environment = {"PROMPTCTL_DATA_DIR": str(tmp_path)}
        cache = open_caching({"mode": "force", "store": url}, environment=environment, providers={})
        model = Model()
        for _ in range(2):
            asyncio.run(cache.answer(request(), scope="s", ask=model))
        assert model.asked == 2
        (note,) = cache.notes
        assert f"127.0.0.1:{server.getsockname()[1]}" in note
        assert "promptctl trust" in note
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.services
@pytest.mark.parametrize("how", ["trusted", "named"])
def test_a_redis_that_the_user_allows_is_used(redis: Redis, tmp_path: Path, how: str) -> None:
    digest = parse_store(redis.url, shared=True).digest or ""
    own = {"PROMPTCTL_TRUST": digest} if how == "trusted" else {"PROMPTCTL_CACHE": redis.url}
    table = {"mode": "exact", "store": redis.url} if how == "trusted" else {"mode": "exact"}

    async def scene() -> list[str]:
        found: list[str] = []
        model = Model()
        for _ in range(2):
            cache = open_caching(table, environment={"PROMPTCTL_DATA_DIR": str(tmp_path), **own}, providers={})
            found.append((await cache.answer(request(), scope="s", ask=model))[1].kind)
            assert cache.notes == ()
            assert cache.store
            await cache.store.aclose()
        return found

    assert asyncio.run(scene()) == ["miss", "exact"]
    assert [path.name for path in tmp_path.iterdir()] == ["cache-key"]


def test_the_key_is_made_once_and_is_the_users_alone(tmp_path: Path) -> None:
    environment = {"PROMPTCTL_DATA_DIR": str(tmp_path / "data")}
    key = shared_cache_key(environment)
    assert len(key) == 64
    assert shared_cache_key(environment) == key
    (path,) = (tmp_path / "data").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert shared_cache_key({"PROMPTCTL_DATA_DIR": str(tmp_path / "other")}) != key
    assert shared_cache_key(environment | {"PROMPTCTL_CACHE_KEY": "k" * 16}) == b"k" * 16
    with pytest.raises(UsageError, match="PROMPTCTL_CACHE_KEY"):
        shared_cache_key(environment | {"PROMPTCTL_CACHE_KEY": "short"})


@pytest.mark.parametrize("spoilt", ["link", "short", "folder"])
def test_a_key_that_is_not_the_users_own_turns_the_cache_off_and_says_so(tmp_path: Path, spoilt: str) -> None:
    path = tmp_path / "cache-key"
    (tmp_path / "elsewhere").write_text("k" * 64)
    if spoilt == "link":
        path.symlink_to(tmp_path / "elsewhere")
    elif spoilt == "short":
        path.write_text("k")
    else:
        path.mkdir()
    environment = {"PROMPTCTL_DATA_DIR": str(tmp_path), "PROMPTCTL_CACHE": "redis://127.0.0.1:1"}
    cache = open_caching({"mode": "exact"}, environment=environment, providers={})
    assert cache.store is None
    assert os.fspath(path) in cache.notes[0]

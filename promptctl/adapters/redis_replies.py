"""Replies in a Redis that machines share. It may die, hang or lie: then calls are slower, and nothing else."""

from __future__ import annotations

import asyncio
import time
import weakref
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

import redis.asyncio as redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ResponseError

from promptctl.adapters.reply_sharing import MOST_VECTORS
from promptctl.adapters.reply_store import Kept
from promptctl.core.caching.entry import EntrySeal
from promptctl.core.evals.recording import reply_from_dict, reply_to_dict
from promptctl.core.files.strict_json import strict_json
from promptctl.core.models.request import Reply, compact_json
from promptctl.core.models.resting import Resting

T = TypeVar("T")
MOST_BYTES = 2_000_000
_SECONDS = 0.25
_CONNECTIONS = 16
_RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"


@dataclass(slots=True)
class _Line:
    """Connections of one event loop, and how many calls may use them at once."""

    client: Any
    places: asyncio.Semaphore


class RedisReplies:
    """A ``ReplyStore`` at a URL, which may hold a password and is never shown. ``faults`` counts what could not be
    read or written; after one of the connection Redis is left alone for a while. ``clock`` gives seconds since 1970.
    """

    def __init__(self, url: str, seal: EntrySeal, *, clock: Callable[[], float] = time.time) -> None:
        self.faults = 0
        self._url, self._seal, self._clock = url, seal, clock
        self._resting = Resting()
        self._lines: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Line] = weakref.WeakKeyDictionary()

    async def get(self, key: str, seconds: float) -> Reply | None:
        name = self._seal.name("reply", key)
        # Of a planted giant no more is read than shows that it is one.
        entry = await self._asked(lambda client: client.getrange(name, 0, MOST_BYTES), b"")
        text = self._read(name, entry, self._clock() - seconds)
        try:
            return None if text is None else reply_from_dict(strict_json(text))
        except ValueError:
            return None

    async def put(self, key: str, reply: Reply, kept: Kept) -> None:
        name = self._seal.name("reply", key)
        entry = self._seal.spell(name, self._clock(), compact_json(reply_to_dict(reply)))
        if len(entry) <= MOST_BYTES:
            await self._asked(lambda client: client.set(name, entry, px=_milliseconds(kept.seconds)), None)

    async def lead(self, key: str, token: str, seconds: float) -> bool:
        name, unknown = self._seal.name("lease", key), "unknown"
        led = await self._asked(lambda client: client.set(name, token, nx=True, px=_milliseconds(seconds)), unknown)
        return bool(led)

    async def release(self, key: str, token: str) -> None:
        name = self._seal.name("lease", key)
        await self._asked(lambda client: client.eval(_RELEASE, 1, name, token), None)

    async def vectors(self, group: str, seconds: float) -> Sequence[tuple[str, str]]:
        name, since = self._seal.name("vectors", group), self._clock() - seconds
        entries: list[object] = await self._asked(lambda client: client.lrange(name, 0, MOST_VECTORS - 1), [])
        texts = (self._read(name, entry, since) for entry in entries)
        return [(key, vector) for text in texts if text for key, _, vector in [text.partition("\n")]]

    async def put_vector(self, group: str, key: str, vector: str, seconds: float) -> None:
        name = self._seal.name("vectors", group)
        entry = self._seal.spell(name, self._clock(), f"{key}\n{vector}")

        async def push(client: Any) -> None:
            async with client.pipeline(transaction=False) as line:
                line.lpush(name, entry).ltrim(name, 0, MOST_VECTORS - 1).pexpire(name, _milliseconds(seconds))
                await line.execute()

        await self._asked(push, None)

    async def aclose(self) -> None:
        line = self._lines.pop(asyncio.get_running_loop(), None)
        if line:
            # A server too busy to say goodbye is left without one.
            with suppress(Exception):
                await line.client.aclose()

    def _read(self, name: str, entry: object, since: float) -> str | None:
        return self._seal.read(name, entry, since) if isinstance(entry, bytes) else None

    async def _asked(self, work: Callable[[Any], Awaitable[T]], otherwise: T) -> T:
        """What Redis says; ``otherwise`` where it does not, or rests."""
        line = self._line()
        async with line.places:
            if self._resting.rests(time.monotonic()):
                return otherwise
            try:
                async with asyncio.timeout(_SECONDS):
                    found = await work(line.client)
            except ResponseError:
                # It lives, and does not do this: wrong kind of entry, out of memory, read-only.
                self.faults += 1
                return otherwise
            except Exception:  # noqa: BLE001 - whatever a server that is no Redis makes of a client is no fault of a call
                self.faults += 1
                self._resting.failed(time.monotonic())
                return otherwise
            self._resting.worked()
            return found

    def _line(self) -> _Line:
        loop = asyncio.get_running_loop()
        if loop not in self._lines:
            checks: dict[str, Any] = {}
            if self._url.startswith("rediss:"):
                checks = {"ssl_cert_reqs": "required", "ssl_check_hostname": True}
            client = redis.Redis.from_url(
                self._url,
                socket_connect_timeout=_SECONDS,
                socket_timeout=_SECONDS,
                retry=Retry(NoBackoff(), 0),
                protocol=2,
                **checks,
            )
            self._lines[loop] = _Line(client, asyncio.Semaphore(_CONNECTIONS))
        return self._lines[loop]


def _milliseconds(seconds: float) -> int:
    return max(1, int(seconds * 1000))

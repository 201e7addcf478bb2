"""Where an application's replies are kept: what every store does, and the one of this machine."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from promptctl.core.models.request import Reply

if TYPE_CHECKING:
    from promptctl.adapters.reply_cache import ReplyCache


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How a reply is kept: for how many seconds, and what ``cache stats`` says of who asked."""

    seconds: float
    prompt: str = ""


class ReplyStore(Protocol):
    """Replies and leases that processes share. No method raises for a fault of the store: what cannot be read is a
    miss, what cannot be written is not kept, and a lease that cannot be asked for is granted."""

    async def get(self, key: str, seconds: float) -> Reply | None:
        """The reply, unless it was made longer ago than that or is not as it was put."""

    async def put(self, key: str, reply: Reply, kept: Kept) -> None:
        """Keeps the reply in place of an earlier one."""

    async def lead(self, key: str, token: str, seconds: float) -> bool:
        """Whether ``token`` may ask for the reply: nobody else does, as far as can be known, since ``seconds``."""

    async def release(self, key: str, token: str) -> None:
        """Ends the lease, if it is still that of ``token``."""

    async def vectors(self, group: str, seconds: float) -> Sequence[tuple[str, str]]:
        """Of the newest replies of a group, the key and the embedding (``spell_embedding``) of what was asked."""

    async def put_vector(self, group: str, key: str, vector: str, seconds: float) -> None:
        """Keeps the embedding of what the reply under ``key`` answers."""

    async def aclose(self) -> None:
        """Lets go of what is open for the running event loop."""


class SqliteReplies:
    """This machine's cache, worked in threads: a locked or slow file holds up no other call."""

    def __init__(self, cache: ReplyCache) -> None:
        self._cache = cache

    @property
    def faults(self) -> int:
        """What could not be read or written."""
        return self._cache.faults

    async def get(self, key: str, seconds: float) -> Reply | None:
        return await asyncio.to_thread(self._cache.get, key, seconds)

    async def put(self, key: str, reply: Reply, kept: Kept) -> None:
        await asyncio.to_thread(self._cache.put, key, reply, prompt=kept.prompt)

    async def lead(self, key: str, token: str, seconds: float) -> bool:
        return await asyncio.to_thread(self._cache.lead, key, token, seconds)

    async def release(self, key: str, token: str) -> None:
        await asyncio.to_thread(self._cache.release, key, token)

    async def vectors(self, group: str, seconds: float) -> Sequence[tuple[str, str]]:
        return await asyncio.to_thread(self._cache.vectors, group, seconds)

    async def put_vector(self, group: str, key: str, vector: str, seconds: float) -> None:
        await asyncio.to_thread(self._cache.put_vector, group, key, vector)

    async def aclose(self) -> None:
        await asyncio.to_thread(self._cache.close)

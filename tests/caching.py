"""Requests, replies and models for the tests of caches."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from promptctl.adapters.reply_cache import ReplyCache
from promptctl.adapters.reply_store import ReplyStore, SqliteReplies
from promptctl.core.caching.settings import cache_settings
from promptctl.core.models.provider_table import parse_providers
from promptctl.core.models.request import Reply, Request
from promptctl.runtime.caching.caching import Caching

SCOPE = "sha256:" + "5" * 64


def request(text: str = "hello", **parts: Any) -> Request:
    """A request without chance, but for what ``parts`` say."""
    usual: dict[str, Any] = {"model": "gpt-4.1", "parameters": {"temperature": 0}}
    return Request(messages=({"role": "user", "content": text},), **usual | parts)


def reply(text: str = "hi", **parts: Any) -> Reply:
    """What a provider answered, for 2 microdollars."""
    return Reply(text=text, provider="openai", host="api.openai.com", cost=0.000002, **parts)


def caching(store: ReplyStore | None, mode: str = "exact", **table: Any) -> Caching:
    """A cache in a store by the settings of a table."""
    settings = cache_settings({"mode": mode, **table}, {})
    return Caching(settings=settings, store=store, providers=parse_providers({}))


def sqlite_store(folder: Path) -> SqliteReplies:
    """The store of a folder."""
    return SqliteReplies(ReplyCache(folder))


@dataclass
class Model:
    """Stands for a provider. ``gate`` holds its answers back; each of ``faults`` is raised in place of one."""

    text: str = "hi"
    asked: int = 0
    gate: asyncio.Event | None = None
    faults: list[BaseException] = field(default_factory=list)

    async def __call__(self) -> Reply:
        self.asked += 1
        if self.gate:
            await self.gate.wait()
        if self.faults:
            raise self.faults.pop(0)
        return reply(self.text)

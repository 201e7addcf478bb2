"""Gateways over servers on loopback, trusted and with a key."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import aclosing
from typing import Any, TypeVar

from promptctl.adapters.providers.exchange import Bounds
from promptctl.core.models.provider import trust_digest
from promptctl.core.models.provider_table import parse_providers
from promptctl.core.models.request import Reply, Request
from promptctl.runtime.gateway.gateway import Gateway
from promptctl.runtime.gateway.retries import Patience
from tests.servers import ModelServer

T = TypeVar("T")
KEY = "relay-key-0123456789-abcdefghij"
QUICK = Patience(attempts=4, shortest=0.0, bounds=Bounds(connect=5, read=5, idle=5, max_bytes=100_000))


def request(text: str = "hi", model: str = "gpt-4.1", **parameters: Any) -> Request:
    return Request(
        model=model, messages=({"role": "user", "content": text},), parameters={"max_tokens": 5, **parameters}
    )


def gateway_over(
    servers: Mapping[str, ModelServer], settings: Mapping[str, Mapping[str, Any]] | None = None, **options: Any
) -> Gateway:
    """``settings`` are each provider's besides kind, URL, key and models."""
    known = settings or {}
    shared = {"kind": "openai", "key": "RELAY_KEY", "models": ["gpt-*"]}
    tables = {name: {**shared, "base_url": server.url, **known.get(name, {})} for name, server in servers.items()}
    providers = parse_providers({**tables, "openai": {"weight": 0, "models": []}})
    environment = {"RELAY_KEY": KEY, "PROMPTCTL_TRUST": str(trust_digest(providers))}
    return Gateway(providers, **{"environment": environment, "patience": QUICK, "random": lambda: 0.5, **options})


def run(gateway: Gateway, act: Callable[[Gateway], Coroutine[Any, Any, T]]) -> T:
    """What ``act`` gives, with the gateway closed afterwards."""

    async def main() -> T:
        async with gateway:
            return await act(gateway)

    return asyncio.run(main())


async def streamed(gateway: Gateway, asked: Request) -> tuple[list[str], Reply | None]:
    """The pieces of a stream and its reply."""
    texts, reply = [], None
    async with aclosing(gateway.stream(asked)) as deltas:
        async for delta in deltas:
            if delta.text:
                texts.append(delta.text)
            reply = delta.reply or reply
    return texts, reply

"""Sends one rendered prompt to its model."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from promptctl.adapters.replies import Replies, Source
from promptctl.core.models.provider import ProviderSettings
from promptctl.core.models.request import Request, Usage
from promptctl.runtime.gateway.answering import answer
from promptctl.runtime.gateway.gateway import Gateway
from promptctl.runtime.gateway.retries import Patience


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """One answer. ``cost`` is in US dollars, None when unknown; ``latency_ms`` that of the call, also of a kept one."""

    text: str
    tool_calls: tuple[Mapping[str, Any], ...]
    usage: Usage
    cost: float | None
    latency_ms: float
    model: str
    provider: str
    host: str
    finish: str
    source: Source


def run_prompt(
    request: Request,
    *,
    providers: Mapping[str, ProviderSettings],
    environment: Mapping[str, str],
    replies: Replies,
    override: str | None = None,
    patience: Patience | None = None,
) -> RunResult:
    """The answer to ``request``, from ``replies`` or its provider. Call it outside any event loop.

    Raises UsageError, StateError (no key, no trust, nothing recorded) or OutsideError (the provider's fault).
    """

    async def one() -> RunResult:
        async with Gateway(providers, environment=environment, override=override, patience=patience) as gateway:
            sourced = await answer(request, 0, replies=replies, gateway=gateway)
        reply = sourced.reply
        return RunResult(
            text=reply.text,
            tool_calls=reply.tool_calls,
            usage=reply.usage,
            cost=reply.cost,
            latency_ms=reply.latency_ms,
            model=reply.model,
            provider=reply.provider,
            host=reply.host,
            finish=reply.finish,
            source=sourced.source,
        )

    return asyncio.run(one())

"""Asks models: chooses the provider, keeps to its limits, tries again, and reads the answer with its price."""

from __future__ import annotations

import os
import random as chances
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Self

from promptctl.adapters.providers import WireFormat, echo, wire_format
from promptctl.adapters.trust import require_trust
from promptctl.core.provider import ProviderSettings, choose
from promptctl.core.recording import not_json, reply_key
from promptctl.core.request import Reply, Request, compact_json
from promptctl.core.secrets import known_values
from promptctl.errors import StateError
from promptctl.runtime.gateway.allowance import Allowance, Leave, estimated_tokens
from promptctl.runtime.gateway.outcome import fault_of, reply_of
from promptctl.runtime.gateway.pricing import PriceTable, by_table
from promptctl.runtime.gateway.retries import Patience, with_retries

if TYPE_CHECKING:
    from promptctl.adapters.providers.transport import Transport

NO_KEY, NOT_RECORDED = "PC074", "PC076"


class Gateway:
    """Holds connections and limits for one event loop; close it with ``aclose`` or ``async with``.

    ``override`` names the provider for every request. ``concurrency`` replaces each provider's own limit. Keys come
    from ``environment`` alone. ``random`` gives uniform numbers in [0, 1), ``now`` the time that prices hold at.
    """

    def __init__(
        self,
        providers: Mapping[str, ProviderSettings],
        *,
        environment: Mapping[str, str] | None = None,
        override: str | None = None,
        concurrency: int | None = None,
        patience: Patience | None = None,
        random: Callable[[], float] = chances.random,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._providers = providers
        self._environment = os.environ if environment is None else environment
        self._override = override
        self._concurrency = concurrency
        self._patience = patience or Patience()
        self._random = random
        self._now = now
        self._secrets = known_values(self._environment, [it.key for it in providers.values() if it.key])
        self._lanes: dict[str, tuple[Transport, Allowance]] = {}
        self._trusted: set[str] = set()
        self._prices = PriceTable()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Closes all connections."""
        lanes, self._lanes = self._lanes, {}
        for transport, _ in lanes.values():
            await transport.aclose()

    def route(self, request: Request, sample: int = 0) -> tuple[ProviderSettings, str]:
        """The provider that ``complete`` would ask, and the id it would send. Raises UsageError as ``choose`` does."""
        return choose(request.model, self._providers, self._override, split_key=reply_key(request, sample))

    async def complete(self, request: Request, sample: int = 0) -> Reply:
        """One answer, with provider, host, latency of the answering attempt and price.

        Raises UsageError for a request that cannot be sent, StateError for a missing key or trust or where only
        recorded replies may answer, ProviderError for all that is wrong on the provider's side.
        """
        provider, model_id = self.route(request, sample)
        if provider.kind == "echo":
            return replace(echo.answer(request, model_id), provider=provider.name)
        if provider.kind == "replay":
            hint = "record one: run the suite with a provider and --replies refresh"
            raise StateError(NOT_RECORDED, "the replay provider has no recorded reply to this request", hint=hint)
        return await self._ask(provider, model_id, request)

    async def _ask(self, provider: ProviderSettings, model_id: str, request: Request) -> Reply:
        wire = wire_format(provider.kind, request)
        body = _spell(wire, request, model_id)
        headers = wire.headers(self._key(provider))
        transport, allowance = self._lane(provider, wire)
        tokens = estimated_tokens(body, request.parameters)
        if by_table(provider, (model_id,)):
            self._prices.begin()

        async def attempt(leave: Leave) -> Reply:
            begun = time.perf_counter()
            answer = await transport.post(headers, body)
            latency_ms = (time.perf_counter() - begun) * 1000
            if fault := fault_of(answer, provider, self._secrets, self._now()):
                if fault.kind == "rate-limited":
                    allowance.refused(leave, min(fault.retry_after or 0.0, self._patience.longest))
                raise fault
            await self._prices.ready()
            reply = reply_of(answer, wire, provider, model_id, latency_ms, self._now(), self._secrets)
            allowance.answered(leave, reply.usage)
            return reply

        return await with_retries(attempt, self._patience, self._random, lambda: allowance.call(tokens))

    def _key(self, provider: ProviderSettings) -> str:
        if provider.name not in self._trusted:
            require_trust(provider, self._providers, self._environment)
            self._trusted.add(provider.name)
        if provider.key is None:
            return ""
        key = self._environment.get(provider.key, "").strip()
        if not key:
            hint = f"set {provider.key}, or use --replies recorded"
            raise StateError(NO_KEY, f"{provider.key}, the key of the provider {provider.name}, is not set", hint=hint)
        if not (key.isascii() and key.isprintable()) or " " in key:
            raise StateError(
                NO_KEY, f"{provider.key} holds characters that no key has", hint=f"set {provider.key} anew"
            )
        return key

    def _lane(self, provider: ProviderSettings, wire: WireFormat) -> tuple[Transport, Allowance]:
        name = provider.name + wire.path
        if name not in self._lanes:
            from promptctl.adapters.providers.transport import Transport

            transport = Transport(provider.base_url + wire.path, self._patience.bounds)
            self._lanes[name] = transport, Allowance(provider, self._concurrency)
        return self._lanes[name]


def _spell(wire: WireFormat, request: Request, model_id: str) -> bytes:
    try:
        return compact_json(wire.body(request, model_id)).encode()
    except (ValueError, TypeError):
        raise not_json() from None

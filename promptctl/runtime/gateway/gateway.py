"""Asks models: chooses the provider, keeps to its limits, tries again, and reads the answer with its price."""

from __future__ import annotations

import asyncio
import os
import random as chances
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from promptctl.adapters.models import known_model
from promptctl.adapters.providers import WIRE_FORMATS, WireFormat, echo, wire_format
from promptctl.adapters.providers.fault import ProviderError
from promptctl.adapters.providers.spelling import cannot_say
from promptctl.adapters.trust import require_trust
from promptctl.core.evals.recording import not_json, reply_key
from promptctl.core.models.attempt import Attempt
from promptctl.core.models.capability import check_request, with_limit
from promptctl.core.models.provider import ProviderSettings, choose, shares
from promptctl.core.models.request import Delta, Reply, Request, compact_json
from promptctl.core.secrets import known_values
from promptctl.errors import StateError, UsageError
from promptctl.runtime.gateway.allowance import Allowance, estimated_tokens
from promptctl.runtime.gateway.circuit import Circuits
from promptctl.runtime.gateway.outcome import fault_of
from promptctl.runtime.gateway.outgoing import Lane, Lanes, Outgoing, asked
from promptctl.runtime.gateway.pricing import PriceTable, by_table
from promptctl.runtime.gateway.retries import Effort, Patience

NO_KEY, NOT_RECORDED = "PC074", "PC076"


class Gateway:
    """Holds connections and limits for one event loop; close it with ``aclose`` or ``async with``.

    ``override`` names the provider for every request. ``concurrency`` replaces each provider's own limit. Keys come
    from ``environment`` alone. ``random`` gives uniform numbers in [0, 1), ``now`` the time that prices hold at.

    ``fallback``: where a provider fails, those are asked that its settings name. ``live``, for applications: of several
    providers one is drawn for each call, those that do badly left out, and the rest of them are fallbacks too; who
    keeps failing is left alone for a while; waiting for a turn counts. Otherwise a request goes to the same provider
    each time, whatever befell others, so that evidence says who answered and does not hang on an order.
    ``circuits`` can be shared by the gateways of a process. ``observe`` is told of each attempt.
    """

    def __init__(
        self,
        providers: Mapping[str, ProviderSettings],
        *,
        environment: Mapping[str, str] | None = None,
        override: str | None = None,
        concurrency: int | None = None,
        patience: Patience | None = None,
        live: bool = False,
        fallback: bool = False,
        circuits: Circuits | None = None,
        observe: Callable[[Attempt], None] | None = None,
        random: Callable[[], float] = chances.random,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._providers = providers
        self._environment = os.environ if environment is None else environment
        self._override = override
        self._concurrency = concurrency
        self._patience = patience or Patience()
        self._live, self._fallback = live, fallback
        self._circuits = circuits or Circuits(random, breaking=live)
        self._observe = observe
        self._random = random
        self._now = now
        self._secrets = self._known()
        self.lanes = Lanes()
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
        await self.lanes.aclose()

    def route(self, request: Request, sample: int = 0) -> tuple[ProviderSettings, str]:
        """The provider that ``complete`` would ask first where it is not ``live``, and the id it would send.

        Raises UsageError as ``choose`` does.
        """
        return choose(request.model, self._providers, self._override, split_key=reply_key(request, sample))

    async def complete(self, request: Request, sample: int = 0) -> Reply:
        """One answer, with provider, host, latency of the answering attempt and price.

        Raises UsageError for a request that cannot be sent, StateError for a missing key or trust or where only
        recorded replies may answer, ProviderError for all that is wrong on the provider's side.
        """
        async with aclosing(self._answer(request, sample, streamed=False)) as deltas:
            reply = (await anext(deltas)).reply
            assert reply
            return reply

    async def stream(self, request: Request, sample: int = 0) -> AsyncGenerator[Delta]:
        """The answer's text as it comes, and with the last delta the whole reply. Raises what ``complete`` raises.

        Another attempt, or another provider, is only made before the first piece. Close it where it is left early:
        that closes the connection too.
        """
        async with aclosing(self._answer(request, sample, streamed=True)) as deltas:
            async for delta in deltas:
                yield delta

    async def probe(self, provider: ProviderSettings) -> float:
        """Milliseconds that a provider took to list its models, which is free. Raises as ``complete`` does.

        Nothing is sent where ``complete`` would send nothing; breaker and limits are not asked, nor told.
        """
        from promptctl.adapters.providers.transport import Transport

        wire = WIRE_FORMATS[provider.kind]
        headers = wire.headers(self._key(provider))
        transport, begun = Transport(provider.base_url + wire.listing, self._patience.bounds), time.perf_counter()
        try:
            async with asyncio.timeout(self._patience.total):
                answer = await transport.get(headers)
        except TimeoutError:
            raise Effort(self._patience, self._random).expired() from None
        finally:
            await transport.aclose()
        if fault := fault_of(answer, provider, self._secrets, self._now()):
            raise fault
        return (time.perf_counter() - begun) * 1000

    async def _answer(self, request: Request, sample: int, *, streamed: bool) -> AsyncGenerator[Delta]:
        ways, model_id = self._ways(request, sample)
        effort, faults, begun = Effort(self._patience, self._random), list[ProviderError](), False
        for place, provider in enumerate(ways):
            effort.turn()
            others = place + 1 < len(ways)
            try:
                answered = self._by(provider, model_id, request, effort, others=others, streamed=streamed)
                async with aclosing(answered) as deltas:
                    async for delta in deltas:
                        begun = True
                        yield delta
                return
            except ProviderError as fault:
                faults.append(fault)
                if begun or not others or not fault.moves:
                    raise _after(faults) from None
            except (UsageError, StateError):
                # Who cannot be asked at all is passed over where somebody else failed before.
                if not faults:
                    raise
        raise _after(faults)

    def _ways(self, request: Request, sample: int) -> tuple[Sequence[ProviderSettings], str]:
        """Who is asked, one after the other, and the model's id there."""
        others: Sequence[ProviderSettings] = ()
        if self._live:
            shared, model_id = shares(request.model, self._providers, self._override)
            first, *others = self._circuits.chosen(shared, asyncio.get_running_loop().time())
        else:
            first, model_id = self.route(request, sample)
        named = [first, *(self._providers[name] for name in first.fallback), *others]
        return list({it.name: it for it in named}.values()) if self._fallback else [first], model_id

    def _by(
        self,
        provider: ProviderSettings,
        model_id: str,
        request: Request,
        effort: Effort,
        *,
        others: bool,
        streamed: bool,
    ) -> AsyncGenerator[Delta]:
        if provider.local:
            return _here(provider, model_id, request, streamed=streamed)
        outgoing = self._outgoing(provider, model_id, request, streamed=streamed)
        return asked(outgoing, effort, others=others, live=self._live)

    def _outgoing(self, provider: ProviderSettings, model_id: str, request: Request, *, streamed: bool) -> Outgoing:
        wire = wire_format(provider.kind, request)
        if streamed and wire.streaming is None:
            raise cannot_say(provider.kind, "embeddings are not streamed")
        asks = wire.streaming.asks if streamed and wire.streaming else {}
        known = known_model(model_id, provider.capabilities)
        check_request(known, request, streamed=streamed)
        body = _spell(wire, with_limit(known, request), model_id, asks)
        headers = wire.headers(self._key(provider))
        if by_table(provider, (model_id,)):
            self._prices.begin()
        return Outgoing(
            provider=provider,
            model_id=model_id,
            wire=wire,
            headers=headers,
            body=body,
            tokens=estimated_tokens(body, request.parameters),
            lane=self._lane(provider, wire),
            streamed=streamed,
            secrets=self._secrets,
            longest_pause=self._patience.longest,
            now=self._now,
            priced=self._prices.ready,
            observe=self._observe,
        )

    def _known(self) -> tuple[str, ...]:
        return known_values(self._environment, [it.key for it in self._providers.values() if it.key])

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
        if key not in self._secrets:
            # It was set, or turned over, after the gateway was made.
            self._secrets = self._known()
        return key

    def _lane(self, provider: ProviderSettings, wire: WireFormat) -> Lane:
        name, lanes = provider.name + wire.path, self.lanes.here()
        if name not in lanes:
            from promptctl.adapters.providers.transport import Transport

            circuit = self._circuits.of(provider)
            # Answers and embeddings have connections of their own, and what a provider lets through in common.
            beside = next((lane for lane in lanes.values() if lane.circuit is circuit), None)
            lanes[name] = Lane(
                transport=Transport(provider.base_url + wire.path, self._patience.bounds),
                allowance=beside.allowance if beside else Allowance(provider, self._concurrency),
                circuit=circuit,
                cautious=self._live,
            )
            lanes[name].make_room()
        return lanes[name]


async def _here(
    provider: ProviderSettings, model_id: str, request: Request, *, streamed: bool
) -> AsyncGenerator[Delta]:
    """What answers without leaving the process."""
    if provider.kind == "replay":
        hint = "record one: run the suite with a provider and --replies refresh"
        raise StateError(NOT_RECORDED, "the replay provider has no recorded reply to this request", hint=hint)
    reply = replace(echo.answer(request, model_id), provider=provider.name)
    if streamed:
        yield Delta(text=reply.text)
    yield Delta(reply=reply)


def _after(faults: Sequence[ProviderError]) -> ProviderError:
    """The last fault, with what was wrong with those that were asked before."""
    *before, last = faults
    if before:
        last.add_hint("; ".join(f"before: {fault}" for fault in before))
    return last


def _spell(wire: WireFormat, request: Request, model_id: str, asks: Mapping[str, object]) -> bytes:
    try:
        return compact_json({**wire.body(request, model_id), **asks}).encode()
    except (ValueError, TypeError):
        raise not_json() from None

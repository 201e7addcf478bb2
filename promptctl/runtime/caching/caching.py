"""Answers from the cache where they may be, and one call for all who want the same at once."""

from __future__ import annotations

import asyncio
import secrets as chances
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from promptctl.adapters.reply_store import Kept, ReplyStore
from promptctl.core.caching.key import cache_key, is_deterministic, lifetime, meaning, route_digest
from promptctl.core.caching.settings import CachePolicy, CacheSettings
from promptctl.core.evals.recording import masked, reply_to_dict
from promptctl.core.models.provider import ProviderSettings
from promptctl.core.models.request import Reply, Request, compact_json
from promptctl.errors import UsageError
from promptctl.runtime.caching.flights import Flights, Landed
from promptctl.runtime.caching.outcome import CacheOutcome, Counting, ScopeCounts, had
from promptctl.runtime.caching.semantic import Embed, Embedded, SemanticSearch

Ask = Callable[[], Awaitable[Reply]]
MOST_BYTES = 1_000_000
"""Larger replies are not kept."""
_OFF, _MISS = CacheOutcome(kind="off"), CacheOutcome(kind="miss")
_MOST_FLIGHTS = 2
_SHORTEST_WAIT, _USUAL_WAIT, _LONGEST_WAIT = 2.0, 20.0, 60.0
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.005, 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One call that may be answered from the cache: ``seconds`` is how old its answer may be, ``patience`` how long
    somebody else who asks for it is waited for."""

    key: str
    request: Request
    route: str
    scope: str
    prompt: str
    policy: CachePolicy
    seconds: float
    patience: float


@dataclass(slots=True, weakref_slot=True)
class Caching:
    """One cache for all threads and event loops of a process, its forked children too. ``store`` is None where nothing
    is kept: then only equal calls at the same time share an answer.

    ``environment`` names what the application serves from, ``known`` are secrets: an answer that holds one is not kept.
    ``embed`` asks a model for an embedding, for answers by meaning; without it there are none.
    ``notes`` say why the cache is not as the settings want it. No fault of the cache is ever a fault of a call.
    """

    settings: CacheSettings
    store: ReplyStore | None
    providers: Mapping[str, ProviderSettings] = field(default_factory=dict)
    environment: str = ""
    known: tuple[str, ...] = field(default=(), repr=False)
    notes: tuple[str, ...] = ()
    embed: Embed | None = None
    _search: SemanticSearch | None = field(default=None, init=False)
    _flights: Flights = field(default_factory=Flights, init=False)
    _counting: Counting = field(default_factory=Counting, init=False)
    _took: dict[str, float] = field(default_factory=dict, init=False)

    async def answer(self, request: Request, *, scope: str, ask: Ask, prompt: str = "") -> tuple[Reply, CacheOutcome]:
        """The reply to a request of the prompt with the digest ``scope``, from the cache or from ``ask``, whose faults
        it raises. ``prompt`` is its name, which settings go by."""
        wanted = self._wanted(request, scope, prompt)
        reply, outcome = (await ask(), _OFF) if wanted is None else await self._answered(wanted, ask)
        self._counting.add(scope, outcome)
        return reply, outcome

    async def find(self, request: Request, *, scope: str, prompt: str = "") -> tuple[Reply, CacheOutcome] | None:
        """The reply if it is kept; for streams, which nobody waits for. Counted if there is one."""
        wanted = self._wanted(request, scope, prompt)
        reply = await self._get(wanted) if wanted else None
        if reply is None:
            return None
        outcome = had("exact", reply)
        self._counting.add(scope, outcome)
        return reply, outcome

    async def keep(self, request: Request, reply: Reply, *, scope: str, prompt: str = "") -> CacheOutcome:
        """Keeps what ``find`` had not, once its stream is at its end; the outcome of that call."""
        wanted = self._wanted(request, scope, prompt)
        if wanted:
            await self._put(wanted, reply)
        outcome = _MISS if wanted else _OFF
        self._counting.add(scope, outcome)
        return outcome

    def counts(self) -> Mapping[str, ScopeCounts]:
        """What came of this process's calls so far, by scope."""
        return self._counting.by_scope()

    def _wanted(self, request: Request, scope: str, prompt: str) -> Wanted | None:
        policy = self.settings.policy(prompt, self.environment)
        if policy.mode == "off" or (policy.mode == "exact" and not is_deterministic(request)):
            return None
        try:
            route = route_digest(request.model, self.providers)
            key = cache_key(request, route, scope)
        except (ValueError, TypeError, RecursionError):
            return None
        return Wanted(
            key=key,
            request=request,
            route=route,
            scope=scope,
            prompt=prompt,
            policy=policy,
            seconds=lifetime(key, policy.ttl),
            patience=min(max(2 * self._took.get(scope, _USUAL_WAIT / 2), _SHORTEST_WAIT), _LONGEST_WAIT),
        )

    async def _answered(self, wanted: Wanted, ask: Ask) -> Landed:
        for _ in range(_MOST_FLIGHTS):
            flight, leads = self._flights.join(wanted.key)
            if leads:
                landed = None
                try:
                    landed = await self._led(wanted, ask)
                    return landed
                finally:
                    self._flights.land(wanted.key, flight, landed)
            # The one that leads may itself wait for another process before it asks.
            if landed := await flight.arrival(2 * wanted.patience):
                reply, outcome = landed
                return reply, had("shared" if outcome.kind == "miss" else outcome.kind, reply)
        # Whoever asked failed twice: to queue for a third would only make this call late.
        return await ask(), _MISS

    async def _led(self, wanted: Wanted, ask: Ask) -> Landed:
        if reply := await self._get(wanted):
            return reply, had("exact", reply)
        embedded = await self._embedded(wanted)
        spent = embedded.spent if embedded else 0
        if embedded and (reply := await self._similar(wanted, embedded)):
            return reply, had("semantic", reply, spent)
        token = chances.token_hex(8)
        try:
            if reply := await self._awaited(wanted, token):
                return reply, had("shared", reply, spent)
            reply = await self._asked(wanted, ask)
            if embedded and self._search and self._may_be_kept(reply):
                await self._search.keep(embedded, wanted.key, wanted.seconds)
            return reply, CacheOutcome(kind="miss", spent=spent)
        finally:
            if self.store:
                await self.store.release(wanted.key, token)

    async def _embedded(self, wanted: Wanted) -> Embedded | None:
        semantic = wanted.policy.semantic
        if not (semantic and self.store and self.embed):
            return None
        asked = meaning(wanted.request, wanted.route, wanted.scope, semantic.model)
        if asked is None:
            return None
        self._search = self._search or SemanticSearch(self.store)
        return await self._search.embedded(asked, semantic, self.embed)

    async def _similar(self, wanted: Wanted, embedded: Embedded) -> Reply | None:
        least = wanted.policy.semantic.least if wanted.policy.semantic else 1.0
        key = await self._search.nearest(embedded, least, wanted.seconds) if self._search else None
        return await self.store.get(key, wanted.seconds) if key and self.store else None

    async def _asked(self, wanted: Wanted, ask: Ask) -> Reply:
        begun = time.monotonic()
        reply = await ask()
        self._took[wanted.scope] = max(time.monotonic() - begun, 0.9 * self._took.get(wanted.scope, 0.0))
        await self._put(wanted, reply)
        return reply

    async def _awaited(self, wanted: Wanted, token: str) -> Reply | None:
        """What another process is asking for; None once nobody does, or for too long: then this one asks."""
        if not self.store:
            return None
        until, pause = time.monotonic() + wanted.patience, _SHORTEST_PAUSE
        while not await self.store.lead(wanted.key, token, wanted.patience):
            if time.monotonic() >= until:
                return None
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
            if reply := await self._get(wanted):
                return reply
        # It may have come between the look before and the lease.
        return await self._get(wanted)

    async def _get(self, wanted: Wanted) -> Reply | None:
        return await self.store.get(wanted.key, wanted.seconds) if self.store else None

    async def _put(self, wanted: Wanted, reply: Reply) -> None:
        if self.store and self._may_be_kept(reply):
            await self.store.put(wanted.key, reply, Kept(seconds=wanted.seconds, prompt=wanted.prompt or wanted.scope))

    def _may_be_kept(self, reply: Reply) -> bool:
        """Not what was answered here, what is too large or cannot be spelled, and what would have to be masked: then
        the next one would get another answer."""
        try:
            size = len(compact_json(reply_to_dict(reply)).encode())
        except (ValueError, TypeError, UsageError):
            return False
        return bool(reply.host) and size <= MOST_BYTES and masked(reply, self.known) == reply

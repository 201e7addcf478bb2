"""One request, spelled for one provider, and the attempts to have it answered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, aclosing, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from promptctl.adapters.providers import WireFormat
from promptctl.adapters.providers.answer import MalformedAnswer, StreamFault
from promptctl.adapters.providers.events import EventReader
from promptctl.adapters.providers.exchange import Answer
from promptctl.adapters.providers.fault import ProviderError
from promptctl.core.models.attempt import Attempt
from promptctl.core.models.price import picodollars
from promptctl.core.models.provider import ProviderSettings
from promptctl.core.models.request import Delta, Reply
from promptctl.runtime.gateway.allowance import Allowance, Leave
from promptctl.runtime.gateway.billing import Bill
from promptctl.runtime.gateway.circuit import Circuit
from promptctl.runtime.gateway.outcome import fault_of, malformed, reply_from, reply_of, stream_fault
from promptctl.runtime.gateway.retries import Effort

if TYPE_CHECKING:
    from promptctl.adapters.providers.transport import Transport

_LAST_SECONDS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """The way to one provider: connections, limits and state. ``cautious``: few calls until the first answer."""

    transport: Transport
    allowance: Allowance
    circuit: Circuit
    cautious: bool

    def make_room(self) -> None:
        """Lets as many calls be under way as the provider's state allows."""
        self.allowance.places.hold(self.circuit.room(cautious=self.cautious))


class Lanes:
    """Those of one gateway, by name, for each event loop its own: where one ends, another may have begun."""

    def __init__(self) -> None:
        self._loops: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, Lane]] = WeakKeyDictionary()

    def here(self) -> dict[str, Lane]:
        """Those of the running loop."""
        return self._loops.setdefault(asyncio.get_running_loop(), {})

    async def aclose(self) -> None:
        """Closes all connections of the running loop; each of its lanes begins anew."""
        lanes = self._loops.pop(asyncio.get_running_loop(), {})
        while lanes:
            await lanes.popitem()[1].transport.aclose()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """``body`` is what is sent; ``tokens`` about what it takes; ``secrets`` are taken out of what comes back.

    ``priced`` waits until prices are known.
    """

    provider: ProviderSettings
    model_id: str
    wire: WireFormat
    headers: Mapping[str, str]
    body: bytes
    tokens: float
    lane: Lane
    streamed: bool
    secrets: tuple[str, ...]
    longest_pause: float
    now: Callable[[], datetime]
    priced: Callable[[], Awaitable[None]]
    observe: Callable[[Attempt], None] | None

    async def attempt(self, leave: Leave, effort: Effort) -> AsyncGenerator[Delta]:
        """The answer, in pieces where it is streamed, the reply with the last. Raises ProviderError.

        Tells limits, breaker and observer what became of it; also when the caller gives up in the middle.
        """
        clock = asyncio.get_running_loop().time
        circuit, begun, first = self.lane.circuit, clock(), None
        admission = circuit.admit(begun)
        if admission == "no":
            raise circuit.resting(begun)
        told, bill = False, Bill(provider=self.provider, wire=self.wire, models=(self.model_id,))
        try:
            answered = self._deltas(begun, bill) if self.streamed else self._whole(begun, bill)
            async with aclosing(answered) as pieces, aclosing(_timed(pieces, effort)) as deltas:
                async for delta in deltas:
                    if first is None:
                        first = clock()
                        circuit.answered(admission)
                        admission = "call"
                        self.lane.make_room()
                    if delta.reply:
                        self._finished(leave, delta.reply, clock(), first - begun, bill)
                        told = True
                    yield delta
        except ProviderError as fault:
            told, seconds = True, clock() - begun
            bill.failed(fault)
            if bill.usage:
                await self.priced()
            self._failed(leave, fault, seconds, bill)
            circuit.failed(admission, fault, clock())
            raise
        finally:
            if not told:
                circuit.released(admission)
                self._tell("cancelled", clock() - begun, None, bill, bill.cost(self.now()))
            self.lane.make_room()

    def _finished(self, leave: Leave, reply: Reply, now: float, waited: float, bill: Bill) -> None:
        self.lane.allowance.answered(leave, reply.usage)
        self.lane.circuit.finished(reply.latency_ms, now)
        bill.finished(reply)
        self._tell(None, reply.latency_ms / 1000, waited, bill, picodollars(reply.cost))

    def _failed(self, leave: Leave, fault: ProviderError, seconds: float, bill: Bill) -> None:
        if fault.kind == "rate-limited":
            self.lane.allowance.refused(leave, min(fault.retry_after or 0.0, self.longest_pause))
        elif bill.usage is None and (fault.status is not None or fault.kind == "unreachable"):
            self.lane.allowance.unused(leave)
        self._tell(fault.kind, seconds, None, bill, bill.cost(self.now()))

    def _tell(self, fault: str | None, seconds: float, waited: float | None, bill: Bill, cost: int | None) -> None:
        if self.observe:
            self.observe(
                Attempt(
                    provider=self.provider.name,
                    model=self.model_id,
                    host=self.provider.host,
                    fault=fault,
                    latency_ms=seconds * 1000,
                    first_token_ms=waited * 1000 if self.streamed and waited is not None else None,
                    prices=bill.prices,
                    usage=bill.usage,
                    cost=cost,
                )
            )

    async def _whole(self, begun: float, bill: Bill) -> AsyncGenerator[Delta]:
        answer = await self.lane.transport.post(self.headers, self.body)
        bill.answered(answer)
        latency_ms = (asyncio.get_running_loop().time() - begun) * 1000
        self._check(answer)
        await self.priced()
        yield Delta(
            reply=reply_of(answer, self.wire, self.provider, self.model_id, latency_ms, self.now(), self.secrets)
        )

    async def _deltas(self, begun: float, bill: Bill) -> AsyncGenerator[Delta]:
        assert self.wire.streaming
        assembly, reader = self.wire.streaming.assembly(), EventReader()
        try:
            async with aclosing(self.lane.transport.pieces(self.headers, self.body)) as pieces:
                async for piece in pieces:
                    if isinstance(piece, Answer):
                        bill.answered(piece)
                        self._check(piece)
                        raise MalformedAnswer("an answer came that is no stream")
                    for event in reader.feed(piece):
                        if text := assembly.feed(event):
                            yield Delta(text=text)
                        if assembly.done:
                            break
                    if assembly.done:
                        break
                if not assembly.done:
                    raise MalformedAnswer("the stream ends in the middle")
                latency_ms = (asyncio.get_running_loop().time() - begun) * 1000
                reply = self.wire.parse(assembly.answer())
                await _run_out(pieces)
        except MalformedAnswer as error:
            raise malformed(error, self.provider, self.secrets) from None
        except StreamFault as fault:
            raise stream_fault(fault.said, self.provider, self.secrets) from None
        finally:
            if told := assembly.told():
                bill.told(told)
        await self.priced()
        yield Delta(reply=reply_from(reply, self.provider, self.model_id, latency_ms, self.now()))

    def _check(self, answer: Answer) -> None:
        if fault := fault_of(answer, self.provider, self.secrets, self.now()):
            raise fault


async def _run_out(pieces: AsyncGenerator[bytes | Answer]) -> None:
    """Reads what a stream still sends after its end was told, so that its connection can be lent again. The answer is
    there: what goes wrong now, or takes long, costs no more than the connection."""
    with suppress(ProviderError, TimeoutError):
        async with asyncio.timeout(_LAST_SECONDS):
            async for _ in pieces:
                pass


async def _timed(deltas: AsyncGenerator[Delta], effort: Effort) -> AsyncGenerator[Delta]:
    """The same, as long as the effort lasts: time that the caller takes between two pieces is not the provider's."""
    clock = asyncio.get_running_loop().time
    while True:
        begun = clock()
        try:
            async with asyncio.timeout(max(0.0, effort.left)):
                delta = await anext(deltas, None)
        except TimeoutError:
            raise effort.expired() from None
        finally:
            effort.spend(clock() - begun)
        if delta is None:
            return
        yield delta


async def asked(outgoing: Outgoing, effort: Effort, *, others: bool, live: bool) -> AsyncGenerator[Delta]:
    """What one provider answers, tried again within ``effort`` until the first piece is there. Raises ProviderError.

    ``others``: somebody else can be asked instead. Waiting for a turn counts only where the call is ``live``: before a
    slow provider a long queue is no fault of the call at its end.
    """
    begun = False
    while True:
        try:
            async with AsyncExitStack() as stack:
                leave = await _leave(outgoing, effort, stack, live=live)
                deltas = await stack.enter_async_context(aclosing(outgoing.attempt(leave, effort)))
                async for delta in deltas:
                    begun = True
                    yield delta
            return
        except ProviderError as fault:
            openings = outgoing.lane.circuit.openings
            pause = None if begun else effort.pause(fault, others=others, openings=openings)
            if pause is None:
                raise
        await asyncio.sleep(pause)


async def _leave(outgoing: Outgoing, effort: Effort, stack: AsyncExitStack, *, live: bool) -> Leave:
    clock, lane = asyncio.get_running_loop().time, outgoing.lane
    begun = clock()
    if lane.circuit.rests(begun):
        raise lane.circuit.resting(begun)
    try:
        async with asyncio.timeout(max(0.0, effort.left) if live else None):
            return await stack.enter_async_context(lane.allowance.call(outgoing.tokens))
    except TimeoutError:
        raise effort.expired() from None
    finally:
        effort.spend(clock() - begun if live else 0.0)

"""Gets the answers to one case after another; knows what is rendered and who is being asked already."""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice

from promptctl.adapters.replies import Replies
from promptctl.adapters.reply_spool import ReplySpool
from promptctl.adapters.suites import CASE_UNFIT
from promptctl.core.evals.case import Case
from promptctl.core.evals.recording import reply_key
from promptctl.core.evals.stopping import Stopping
from promptctl.core.models.provider import ProviderSettings
from promptctl.core.models.request import Reply, Request
from promptctl.core.prompts.chain import StepCall, step_calls, step_paths
from promptctl.core.prompts.closure import Closure
from promptctl.errors import StateError, UsageError
from promptctl.runtime.gateway.answering import Models, answer
from promptctl.runtime.gateway.retries import Patience
from promptctl.runtime.gateway.spending import Guard
from promptctl.workflows.renderings import Renderings
from promptctl.workflows.scoring import KeptReply

NO_MODEL = "PC023"
AT_ONCE = 32
"""How many cases are rendered along: few enough to be held, enough to make up for asking another process."""
CHAIN_MODEL = "chain"
"""What evidence calls the model of a chain, whose steps have models of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What a run needs of the outside: providers, the environment's keys, kept replies, what never to show.

    ``name`` is how the user calls the prompt, ``released`` whether what is rendered was. ``concurrency`` is the most
    calls under way at once, None: what the providers take. With ``lenient`` a missing reply is its sample's error.
    ``fallback`` lets other providers answer where one fails; ``stopping`` may end the run early; ``spending`` stands
    before the gateway.
    """

    name: str
    released: bool
    providers: Mapping[str, ProviderSettings]
    environment: Mapping[str, str] = field(repr=False)
    replies: Replies
    secrets: tuple[str, ...] = field(default=(), repr=False)
    override: str | None = None
    concurrency: int | None = None
    patience: Patience | None = None
    fallback: bool = False
    lenient: bool = False
    stopping: Stopping | None = None
    spending: Guard | None = None


class StepFailed(Exception):
    """A step of a chain cannot go on from the answers before it."""


class Asking:
    """The calls of one run, whose samples come case after case in the order of ``cases``.

    ``asked`` counts answers that providers gave now, ``cost`` is theirs in US dollars; ``hosts`` gave any.
    """

    def __init__(
        self, closure: Closure, renderings: Renderings, line: Line, gateway: Models, cases: Iterable[Case]
    ) -> None:
        self._closure, self._renderings, self._line, self._gateway = closure, renderings, line, gateway
        self._coming = iter(cases)
        self._rendered: dict[str, Request | UsageError] = {}
        self._flights: dict[str, asyncio.Task[Reply]] = {}
        self._replies = ReplySpool()
        self.asked, self.cost = 0, 0.0
        self.hosts: set[str] = set()

    @property
    def replies(self) -> Mapping[str, Reply]:
        """Every reply had, by its key."""
        return self._replies

    async def settled(self) -> None:
        """Waits for the calls that are under way: they are paid for."""
        await asyncio.gather(*self._flights.values(), return_exceptions=True)

    async def answers(self, case: Case, model: str, index: int) -> list[KeptReply]:
        """The replies of all steps; a prompt that is no chain has one.

        Raises UsageError for a case that does not fit the prompt, StepFailed for an answer that does not fit the next
        step, and what ``answer`` raises.
        """
        found: list[KeptReply] = []
        requests = self._requests(case, model)
        try:
            request = next(requests)
            while True:
                kept = await self.reply(request, index)
                found.append(kept)
                request = requests.send(kept.reply.text)
        except StopIteration:
            return found
        except StepFailed:
            if self._line.spending and found and not found[-1].reply.provider:
                # An answer that was made up fits no further step, which the one of a model may.
                self._line.spending.unforeseen(len(step_paths(self._closure)) - len(found))
            raise

    async def reply(self, request: Request, index: int) -> KeptReply:
        """One reply; nothing is asked for twice in a run. Raises what ``answer`` raises."""
        key = reply_key(request, index)
        return KeptReply(key, self._replies.get(key) or await self._flight(key, request, index))

    def _requests(self, case: Case, model: str) -> Generator[Request, str, None]:
        """Yields what to send, step by step, and takes the answers."""
        calls = step_calls(self._closure, case.inputs, rendering_of=self._renderings.of)
        step = ""
        try:
            call = next(calls)
            while True:
                text = yield self._request(call, case, model)
                step = call.path
                call = calls.send(text)
        except StopIteration:
            return
        except UsageError as error:
            if step:
                raise StepFailed(f"after the step {step}: {error}") from None
            if error.code == NO_MODEL:
                raise
            message = f"the case {case.name!r} does not fit {self._line.name}: {error}"
            raise UsageError(CASE_UNFIT, message, place=error.problem.place, hint=error.hint) from None

    def _request(self, call: StepCall, case: Case, model: str) -> Request:
        """What is sent. The samples of a case follow each other, and the cases that follow it are rendered along."""
        if model == CHAIN_MODEL:
            return self._renderings.of(call.closure).request(call.inputs)
        if case.name not in self._rendered:
            coming = list(islice(self._coming, AT_ONCE))
            found = self._renderings.requests(call.closure, [it.inputs for it in coming])
            self._rendered = {it.name: request for it, request in zip(coming, found, strict=True)}
        request = self._rendered[case.name]
        if isinstance(request, UsageError):
            raise request
        return replace(request, model=model)

    async def _flight(self, key: str, request: Request, index: int) -> Reply:
        """The one reply to a request and index in this run, also where several cases or steps ask for it."""
        if key not in self._flights:
            flight = asyncio.create_task(self._ask(key, request, index))
            # Whoever waits gets its error; when that one is cancelled in the same moment, nobody does.
            flight.add_done_callback(lambda done: done.cancelled() or done.exception())
            self._flights[key] = flight
        return await self._flights[key]

    async def _ask(self, key: str, request: Request, index: int) -> Reply:
        try:
            sourced = await answer(request, index, replies=self._line.replies, gateway=self._gateway)
        except StateError:
            # Nobody was asked, so that whoever comes later may look again; errors of many cases would take much room.
            del self._flights[key]
            raise
        if sourced.source == "live":
            self.asked += 1
            self.cost += sourced.reply.cost or 0.0
        self._replies.put(key, sourced.reply)
        self.hosts |= {sourced.reply.host} - {""}
        # Whoever waits has the flight; whoever comes later finds the reply.
        del self._flights[key]
        return sourced.reply

"""Calls by their price: what they would cost, before any is made, and a gateway that makes none past a bound."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import ClassVar, Protocol

from promptctl.core.evals.stopping import Stopping
from promptctl.core.models.embedding import embedded_text
from promptctl.core.models.provider import ProviderSettings
from promptctl.core.models.request import Reply, Request, Usage, compact_json
from promptctl.errors import StateError, UsageError
from promptctl.runtime.gateway.answering import Models
from promptctl.runtime.gateway.pricing import price_of

UNPRICED, NOT_RECORDED = "PC175", "PC076"
_BYTES_A_TOKEN = 4
_ANSWER_TOKENS = 500
"""How long an answer is taken to be where neither earlier ones nor ``max_tokens`` say."""


class Answering(Models, Protocol):
    """What gives answers and says who would give them: a gateway, or what stands before one."""

    def route(self, request: Request, sample: int = 0) -> tuple[ProviderSettings, str]:
        """Who would be asked, and the model's id there."""


class Forecast:
    """Prices of calls that were not made: input by its length, output as long as answers were so far.

    Embeddings have no output, and tell nothing about the length of answers.
    """

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._lengths: dict[str, tuple[int, int]] = {}

    def learn(self, model: str, replies: Iterable[Reply]) -> None:
        """Answers that a model gave; those of the model "" count for all that gave none."""
        found = [reply.usage.output for reply in replies if reply.usage.output]
        if found:
            count, tokens = self._lengths.get(model, (0, 0))
            self._lengths[model] = count + len(found), tokens + sum(found)

    def tokens(self, request: Request) -> Usage:
        """About what a call takes."""
        asked = [value for name in ("max_tokens", "max_completion_tokens") for value in [request.parameters.get(name)]]
        known = self._lengths.get(request.model) or self._lengths.get("")
        longest = next((value for value in asked if isinstance(value, int)), None)
        output = round(known[1] / known[0]) if known else longest if longest is not None else _ANSWER_TOKENS
        output = output if embedded_text(request) is None else 0
        return Usage(input=-(-len(compact_json(request.to_dict()).encode()) // _BYTES_A_TOKEN), output=output)

    def price(self, request: Request, sample: int, gateway: Answering) -> float:
        """US dollars for a call. Raises UsageError when the price is unknown: then no bound can be kept."""
        provider, model = gateway.route(request, sample)
        price = price_of(provider, (model,), self.tokens(request), self._now)
        if price is None:
            message = f"the price of {model} at {provider.name} is unknown, so that no bound on the cost can be kept"
            hint = f"give `prices` in [providers.{provider.name}] of promptctl.toml, or leave out --max-cost"
            raise UsageError(UNPRICED, message, hint=hint)
        return float(price)


class Guard:
    """What stands between a run and its gateway; what ``pretends`` makes answers up, which are not scored."""

    pretends: ClassVar[bool] = False

    def learn(self, replies: Iterable[Reply]) -> None:
        """Answers that are there already."""

    def unforeseen(self, calls: int) -> None:
        """Calls of which nothing is known but that they may follow."""

    def over(self, gateway: Answering) -> Answering:
        """Stands before a gateway. Asking raises Stopped where a bound is met, StateError where nobody may be asked."""
        return _Before(gateway, self._complete)

    async def _complete(self, gateway: Answering, request: Request, sample: int) -> Reply:
        raise NotImplementedError


class Rehearsal(Guard):
    """Counts the calls of a run and their price; each is answered by nobody, at once."""

    pretends: ClassVar[bool] = True

    def __init__(self, forecast: Forecast) -> None:
        self.forecast, self.calls, self.price = forecast, 0, 0.0

    def learn(self, replies: Iterable[Reply]) -> None:
        """Answers that are there already."""
        self.forecast.learn("", replies)

    def unforeseen(self, calls: int) -> None:
        """Each is taken to cost as much as those so far, in the mean."""
        self.price += calls * self.price / max(self.calls, 1)
        self.calls += calls

    async def _complete(self, gateway: Answering, request: Request, sample: int) -> Reply:
        price = self.forecast.price(request, sample, gateway)
        self.calls, self.price = self.calls + 1, self.price + price
        # The next step's input, or the judge's, is as long as this answer would be.
        return Reply(text="word " * (self.forecast.tokens(request).output or 0), cost=price)


class Spending(Guard):
    """Makes no call whose expected price would pass the run's bound."""

    def __init__(self, forecast: Forecast, stopping: Stopping) -> None:
        self.forecast, self._stopping = forecast, stopping

    def learn(self, replies: Iterable[Reply]) -> None:
        """Answers that are there already."""
        self.forecast.learn("", replies)

    async def _complete(self, gateway: Answering, request: Request, sample: int) -> Reply:
        with self._stopping.call(self.forecast.price(request, sample, gateway)) as settle:
            reply = await gateway.complete(request, sample)
            settle(reply.cost)
        self.forecast.learn(request.model, [reply])
        return reply


class Offline(Guard):
    """Asks nobody: every answer has to be there."""

    async def _complete(self, gateway: Answering, request: Request, sample: int) -> Reply:
        raise StateError(NOT_RECORDED, f"no reply of {request.model} to this request (sample {sample}) is there")


class _Before:
    def __init__(self, gateway: Answering, complete: Callable[[Answering, Request, int], Awaitable[Reply]]) -> None:
        self._gateway, self._complete = gateway, complete

    def route(self, request: Request, sample: int = 0) -> tuple[ProviderSettings, str]:
        return self._gateway.route(request, sample)

    async def complete(self, request: Request, sample: int = 0) -> Reply:
        return await self._complete(self._gateway, request, sample)

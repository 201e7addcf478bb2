"""Asks models the cases of a suite and scores the answers: every case, model and sample at once, within limits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, replace

from promptctl.adapters.replies import Replies, SourcedReply
from promptctl.adapters.suites import LoadedSuite
from promptctl.core.case import Case
from promptctl.core.chain import StepCall, step_calls
from promptctl.core.closure import Closure
from promptctl.core.evidence import reply_digest
from promptctl.core.provider import ProviderSettings
from promptctl.core.recording import reply_key
from promptctl.core.render import Rendering
from promptctl.core.request import Reply, Request
from promptctl.core.scorers.answer import Answer
from promptctl.core.scorers.registry import judge
from promptctl.core.tally import CaseResult, ReplyReference
from promptctl.errors import OutsideError, StateError, UsageError
from promptctl.runtime.gateway.answering import answer
from promptctl.runtime.gateway.gateway import Gateway

NOTHING_RECORDED, CASE_UNFIT = "PC065", "PC066"
CHAIN_MODEL = "chain"
"""What evidence calls the model of a chain, whose steps have models of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """What to ask: a case of a model, and the indexes of its samples."""

    case: Case
    model: str
    indexes: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a run is. ``cost`` is in US dollars, of answers whose price is known."""

    done: int
    total: int
    failed: int
    errors: int
    asked: int
    cost: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """Results in the order asked, every reply used by its key, and how many of them providers were asked for."""

    results: tuple[CaseResult, ...]
    replies: Mapping[str, Reply]
    hosts: frozenset[str]
    asked: int
    explanations: Mapping[tuple[str, str, int], tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What a run needs of the outside: providers, the environment's keys, kept replies."""

    providers: Mapping[str, ProviderSettings]
    environment: Mapping[str, str]
    replies: Replies
    override: str | None = None
    concurrency: int | None = None


def own_model(closure: Closure) -> str:
    """The model whose results gate. Raises UsageError when the prompt names none that can be asked."""
    prompt = closure.prompt
    if prompt.steps:
        return CHAIN_MODEL
    if not isinstance(prompt.model, str):
        message = f"{prompt.name} names no model to ask"
        raise UsageError("PC023", message, place=prompt.document.place(("model",)), hint="set `model:` in prompt.yaml")
    return prompt.model


def evaluate(
    closure: Closure,
    loaded: LoadedSuite,
    wanted: Sequence[Samples],
    line: Line,
    watch: Callable[[Progress], None] = lambda _: None,
) -> Evaluated:
    """Runs the samples. A provider's fault or a scorer's is that sample's error.

    Raises UsageError when a case does not fit the prompt, StateError when replies are missing and may not be asked for
    (naming the cases), or a key or trust is missing.
    """
    run = _Run(closure, loaded, line, sum(len(samples.indexes) for samples in wanted), watch)
    return asyncio.run(run.all(wanted))


async def _together(tasks: Sequence[Coroutine[None, None, None]]) -> None:
    """Runs tasks side by side; the first that fails ends the others and is what is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            for task in tasks:
                group.create_task(task)
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None


class _Run:
    """One run: what is rendered once, what was counted, what was used."""

    def __init__(
        self, closure: Closure, loaded: LoadedSuite, line: Line, total: int, watch: Callable[[Progress], None]
    ) -> None:
        self._closure, self._line, self._total, self._watch = closure, line, total, watch
        self._functions = loaded.functions()
        self._renderings: dict[int, Rendering] = {}
        self._replies: dict[str, Reply] = {}
        self._hosts: set[str] = set()
        self._missing: list[str] = []
        self._explanations: dict[tuple[str, str, int], tuple[str, ...]] = {}
        self._done = self._failed = self._errors = self._asked = 0
        self._cost = 0.0

    async def all(self, wanted: Sequence[Samples]) -> Evaluated:
        line = self._line
        queue = iter([(samples, index) for samples in wanted for index in samples.indexes])
        results: dict[tuple[str, str, int], CaseResult] = {}

        async def work(gateway: Gateway) -> None:
            for samples, index in queue:
                result = await self._sample(gateway, samples.case, samples.model, index)
                results[samples.case.name, samples.model, index] = result

        async with Gateway(
            line.providers, environment=line.environment, override=line.override, concurrency=line.concurrency
        ) as gateway:
            workers = min(self._total, line.concurrency or 16)
            await _together([work(gateway) for _ in range(workers)])
        self._require_replies()
        ordered = [results[s.case.name, s.model, index] for s in wanted for index in s.indexes]
        return Evaluated(
            results=tuple(ordered),
            replies=self._replies,
            hosts=frozenset(self._hosts),
            asked=self._asked,
            explanations=self._explanations,
        )

    async def _sample(self, gateway: Gateway, case: Case, model: str, index: int) -> CaseResult:
        try:
            replies = await self._answers(gateway, case, model, index)
        except OutsideError as error:
            result = CaseResult(case=case.name, model=model, sample=index, passed=False, error=str(error))
        except StateError as error:
            if error.code != "PC076":
                raise
            self._missing.append(case.name)
            result = CaseResult(case=case.name, model=model, sample=index, passed=False, error=str(error))
        else:
            result = self._judged(case, model, index, replies)
        self._count(result)
        return result

    async def _answers(
        self, gateway: Gateway, case: Case, model: str, index: int
    ) -> list[tuple[Request, SourcedReply]]:
        """The replies of all steps; a prompt that is no chain has one."""
        found: list[tuple[Request, SourcedReply]] = []
        calls = step_calls(self._closure, case.inputs)
        try:
            call = next(calls)
            while True:
                request = self._request(call, case, model)
                sourced = await answer(request, index, replies=self._line.replies, gateway=gateway)
                found.append((request, sourced))
                call = calls.send(sourced.reply.text)
        except StopIteration:
            return found

    def _request(self, call: StepCall, case: Case, model: str) -> Request:
        rendering = self._renderings.setdefault(id(call.closure), Rendering(call.closure))
        try:
            request = rendering.request(call.inputs)
        except UsageError as error:
            message = f"the case {case.name!r} does not fit {call.closure.prompt.name}: {error}"
            raise UsageError(CASE_UNFIT, message, place=error.problem.place, hint=error.hint) from None
        return request if model == CHAIN_MODEL else replace(request, model=model)

    def _judged(self, case: Case, model: str, index: int, replies: list[tuple[Request, SourcedReply]]) -> CaseResult:
        last = replies[-1][1].reply
        costs = [sourced.reply.cost for _, sourced in replies]
        cost = None if None in costs else sum(cost for cost in costs if cost is not None)
        latency = sum(sourced.reply.latency_ms for _, sourced in replies)
        found = judge(case.expect, self._answer(case, last, latency, cost))
        notes = tuple(
            f"{expectation.name}: {score.explanation}" for expectation, score in found.findings if not score.passed
        )
        self._explanations[case.name, model, index] = notes
        return CaseResult(
            case=case.name,
            model=model,
            sample=index,
            passed=found.passed,
            scores=found.metrics,
            error=found.error,
            cost=cost,
            latency_ms=latency,
            replies=tuple(self._used(request, index, sourced) for request, sourced in replies),
        )

    def _answer(self, case: Case, reply: Reply, latency: float, cost: float | None) -> Answer:
        return Answer(
            text=reply.text,
            tool_calls=reply.tool_calls,
            inputs=case.inputs,
            row=case.row,
            latency_ms=latency,
            cost=cost,
            functions=self._functions,
        )

    def _used(self, request: Request, index: int, sourced: SourcedReply) -> ReplyReference:
        key = reply_key(request, index)
        self._replies[key] = sourced.reply
        if sourced.reply.host:
            self._hosts.add(sourced.reply.host)
        if sourced.source == "live":
            self._asked += 1
            self._cost += sourced.reply.cost or 0.0
        return ReplyReference(key=key, digest=reply_digest(sourced.reply))

    def _count(self, result: CaseResult) -> None:
        self._done += 1
        self._failed += result.outcome == "fail"
        self._errors += result.outcome == "error"
        self._watch(
            Progress(
                done=self._done,
                total=self._total,
                failed=self._failed,
                errors=self._errors,
                asked=self._asked,
                cost=self._cost,
            )
        )

    def _require_replies(self) -> None:
        if self._missing:
            cases = sorted(set(self._missing))
            listed = ", ".join(cases[:5]) + (f" and {len(cases) - 5} more" if len(cases) > 5 else "")
            name = self._closure.prompt.name
            message = f"{len(cases)} cases of {name} have no recorded reply: {listed}"
            raise StateError(NOTHING_RECORDED, message, hint=f"promptctl eval {name} --replies auto")

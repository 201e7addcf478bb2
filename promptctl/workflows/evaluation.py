"""Asks models the cases of a suite and scores the answers: every case, model and sample at once, within limits."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, field, replace

from promptctl.adapters.suites import LoadedSuite
from promptctl.adapters.trust import UNTRUSTED
from promptctl.core.evals.case import Case
from promptctl.core.evals.packed import Places
from promptctl.core.evals.packed_results import pack_result, unpack_result
from promptctl.core.evals.stopping import Stopped
from promptctl.core.evals.suite import Suite
from promptctl.core.evals.tally import CaseResult
from promptctl.core.models.provider import DEFAULT_CONCURRENCY, choose
from promptctl.core.models.request import Reply
from promptctl.core.prompts.closure import Closure
from promptctl.errors import OutsideError, StateError, UsageError
from promptctl.runtime.gateway.gateway import NO_KEY, NOT_RECORDED, Gateway
from promptctl.workflows.asking import CHAIN_MODEL, NO_MODEL, Asking, Line, StepFailed
from promptctl.workflows.judging import Judging
from promptctl.workflows.renderings import Renderings
from promptctl.workflows.scoring import KeptReply, Opinions, SampleName, Scoring
from promptctl.workflows.wanted import Sample, Wanted

NOTHING_RECORDED = "PC065"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setback:
    """A sample that did not pass, and why."""

    case: str
    model: str
    sample: int
    outcome: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the run of ``name`` is. ``cost`` is in US dollars, of answers whose price is known.

    ``unscored`` answers are there and not judged yet; ``setback`` is what just happened, unless it passed.
    """

    name: str
    done: int
    total: int
    failed: int
    errors: int
    unscored: int
    under_way: int
    asked: int
    cost: float
    setback: Setback | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """Results in the order asked, every reply used by its key, and how many of them providers were asked for.

    ``reasons`` says of samples that did not pass why. ``complete``: no sample was left out since the run was stopped;
    ``hosts`` are who answered, ``missing`` cases without a reply.
    """

    results: Sequence[CaseResult]
    replies: Mapping[str, Reply]
    asked: int
    complete: bool = True
    reasons: Mapping[SampleName, tuple[str, ...]] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    hosts: frozenset[str] = frozenset()


def own_model(closure: Closure, suite: Suite) -> str:
    """The model whose results gate: the prompt's, or where it names a tier the first that its suite asks.

    Raises UsageError when there is none that can be asked.
    """
    prompt = closure.prompt
    if prompt.steps:
        return CHAIN_MODEL
    if isinstance(prompt.model, str):
        return prompt.model
    if prompt.model and suite.models:
        return suite.models[0]
    message = f"{prompt.name} names no model to ask"
    hint = "list `models:` in eval.yaml" if prompt.model else "set `model:` in prompt.yaml"
    raise UsageError(NO_MODEL, message, place=prompt.document.place(("model",)), hint=hint)


def evaluate(
    closure: Closure,
    loaded: LoadedSuite,
    wanted: Wanted,
    line: Line,
    watch: Callable[[Progress], None] = lambda _: None,
) -> Evaluated:
    """Runs the samples. A provider's fault or a scorer's is that sample's error.

    Raises UsageError when a case does not fit the prompt, StateError when replies are missing and cannot be asked for
    (naming the cases).
    """
    if isinstance(closure.prompt.model, Mapping):
        closure = replace(closure, prompt=replace(closure.prompt, model=own_model(closure, loaded.suite)))
    run = _Run(loaded, line, sum(1 for _ in wanted), watch)
    with Renderings(closure, *loaded.judges.values(), bounded=not line.released) as renderings:
        asking = asyncio.run(run.ask(closure, renderings, wanted))
    run.score_rest(asking)
    return run.evaluated(asking)


async def _together(tasks: Sequence[Coroutine[None, None, None]]) -> None:
    """Runs tasks side by side; the first that fails ends the others and is what is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            for task in tasks:
                group.create_task(task)
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None


def _models(closure: Closure, wanted: Wanted) -> set[str]:
    """The models that will be asked, those of a chain's steps included."""
    if closure.prompt.steps:
        return {model for step in closure.steps.values() for model in _models(step, wanted)}
    own = {closure.prompt.model} if isinstance(closure.prompt.model, str) else set()
    return own | {*wanted.models} - {CHAIN_MODEL}


def _places(line: Line, models: set[str]) -> int:
    """The calls that may be under way at once: more would only wait, and their waiting would count as slow."""
    if line.concurrency:
        return line.concurrency
    places: dict[str, int] = {}
    for model in models:
        with suppress(UsageError):
            provider, _ = choose(model, line.providers, line.override)
            places[provider.name] = provider.concurrency
    return sum(places.values()) or DEFAULT_CONCURRENCY


class _Run:
    """One run: results as they come, what has to wait for its score, what is missing."""

    def __init__(self, loaded: LoadedSuite, line: Line, total: int, watch: Callable[[Progress], None]) -> None:
        self._loaded, self._line, self._total, self._watch = loaded, line, total, watch
        self._scoring = Scoring(loaded, line.secrets)
        self._results: Places[CaseResult] = Places(total, pack_result, unpack_result)
        self._unscored: deque[tuple[int, Sample, list[KeptReply], Opinions]] = deque()
        self._missing: set[str] = set()
        self._first_missing: tuple[str, StateError] | None = None
        self._failed = self._errors = self._under_way = 0
        self._stopping = line.stopping

    async def ask(self, closure: Closure, renderings: Renderings, wanted: Wanted) -> Asking:
        """Gets every answer, and scores those whose scorers take no time."""
        line = self._line
        queue = enumerate(wanted)
        async with Gateway(
            line.providers,
            environment=line.environment,
            override=line.override,
            concurrency=line.concurrency,
            patience=line.patience,
            fallback=line.fallback,
        ) as gateway:
            answering = line.spending.over(gateway) if line.spending else gateway
            asking = Asking(closure, renderings, line, answering, wanted.asked)
            judging = Judging(self._loaded, renderings, asking.reply)
            self._tell(asking)
            workers = min(self._total, _places(line, _models(closure, wanted)))
            await _together([self._work(asking, judging, queue) for _ in range(workers)])
            await asking.settled()
        return asking

    def score_rest(self, asking: Asking) -> None:
        """Scores what had to wait. Outside of the event loop, where one Ctrl-C is enough."""
        while self._unscored:
            place, sample, replies, opinions = self._unscored.popleft()
            self._count(asking, place, self._scoring.result(*sample, replies, opinions))

    def evaluated(self, asking: Asking) -> Evaluated:
        """All results. Raises StateError when replies are missing that the run cannot do without."""
        if self._first_missing and not self._line.lenient:
            raise _missing(self._missing, self._first_missing[1], self._line)
        return Evaluated(
            results=self._results.values,
            replies=asking.replies,
            asked=asking.asked,
            complete=self._results.filled == self._total,
            reasons=self._scoring.reasons,
            missing=frozenset(self._missing),
            hosts=frozenset(asking.hosts),
        )

    async def _work(self, asking: Asking, judging: Judging, queue: Iterator[tuple[int, Sample]]) -> None:
        for place, sample in queue:
            if self._stopping and self._stopping.reason:
                return
            try:
                replies, opinions = await self._asked(asking, judging, *sample)
            except Stopped:
                return
            except (OutsideError, StepFailed) as error:
                self._count(asking, place, self._scoring.error(*sample, str(error)))
            except StateError as error:
                if error.code not in (NOT_RECORDED, NO_KEY, UNTRUSTED):
                    raise
                self._lacks(sample[0].name, error)
                self._count(asking, place, self._scoring.error(*sample, str(error)))
            else:
                self._answered(asking, place, sample, replies, opinions)

    def _lacks(self, case: str, error: StateError) -> None:
        """Of many errors the one of the first case by name is told."""
        self._missing.add(case)
        if self._first_missing is None or case < self._first_missing[0]:
            self._first_missing = (case, error.with_traceback(None))

    async def _asked(
        self, asking: Asking, judging: Judging, case: Case, model: str, index: int
    ) -> tuple[list[KeptReply], Opinions]:
        self._under_way += 1
        try:
            replies = await asking.answers(case, model, index)
            return replies, await judging.opinions(case, index, replies[-1].reply.text)
        finally:
            self._under_way -= 1

    def _answered(
        self, asking: Asking, place: int, sample: Sample, replies: list[KeptReply], opinions: Opinions
    ) -> None:
        """Functions of the repository's own wait: they would hold up the calls under way, and falsify their times."""
        if self._line.spending and self._line.spending.pretends:
            self._results.put(place, self._scoring.error(*sample, "only estimated"))
        elif self._scoring.slow:
            self._unscored.append((place, sample, replies, opinions))
            self._tell(asking)
        else:
            self._count(asking, place, self._scoring.result(*sample, replies, opinions))

    def _count(self, asking: Asking, place: int, result: CaseResult) -> None:
        self._results.put(place, result)
        self._failed += result.outcome == "fail"
        self._errors += result.outcome == "error"
        if self._stopping and result.outcome != "pass":
            self._stopping.failed()
        self._tell(asking, self._setback(result))

    def _tell(self, asking: Asking, setback: Setback | None = None) -> None:
        progress = Progress(
            name=self._line.name,
            done=self._results.filled + len(self._unscored),
            total=self._total,
            failed=self._failed,
            errors=self._errors,
            unscored=len(self._unscored),
            under_way=self._under_way,
            asked=asking.asked,
            cost=asking.cost,
            setback=setback,
        )
        self._watch(progress)

    def _setback(self, result: CaseResult) -> Setback | None:
        if result.outcome == "pass":
            return None
        why = result.error or "; ".join(self._scoring.reasons.get((result.case, result.model, result.sample), ()))
        return Setback(case=result.case, model=result.model, sample=result.sample, outcome=result.outcome, why=why)


def _missing(missing: Set[str], first: StateError, line: Line) -> StateError:
    """The error that lists the cases without a reply, and what to do about it."""
    cases = sorted(missing)
    listed = ", ".join(cases[:5]) + (f" and {len(cases) - 5} more" if len(cases) > 5 else "")
    count = f"{len(cases)} case{'s' if len(cases) > 1 else ''} of {line.name}"
    if first.code == NOT_RECORDED:
        hint = f"promptctl eval {line.name} --replies auto"
        return StateError(NOTHING_RECORDED, f"no recorded reply for {count}: {listed}", hint=hint)
    message = f"no kept reply for {count} ({listed}), and they cannot be asked: {first}"
    return StateError(NOTHING_RECORDED, message, hint=first.hint)

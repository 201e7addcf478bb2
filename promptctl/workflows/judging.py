"""Asks a suite's judges for their opinions of one answer after another, and tries each judge by a bad answer first."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from promptctl.adapters.suites import CASE_UNFIT, LoadedSuite
from promptctl.core.evals.case import Case
from promptctl.core.models.embedding import embedding_request
from promptctl.core.models.request import Request
from promptctl.core.scorers.answer import Answer, ScorerFault
from promptctl.core.scorers.embedded import SIMILAR, references
from promptctl.core.scorers.graded import KINDS, Grading, Opinion, grading, judge_inputs, opinion_key
from promptctl.core.scorers.registry import Expectation, score
from promptctl.errors import UsageError
from promptctl.workflows.renderings import Renderings
from promptctl.workflows.scoring import KeptReply, Opinions

Ask = Callable[[Request, int], Awaitable[KeptReply]]


@dataclass(frozen=True, slots=True)
class _Trial:
    """Which judge is tried how: expectations that differ only in what their case fills in share one trial."""

    kind: str
    negate: bool
    prompt: str
    least: float
    votes: int
    canary: str | None


class Judging:
    """The judges of one run of a suite; ``ask`` gets a reply and takes care that none is asked for twice."""

    def __init__(self, loaded: LoadedSuite, renderings: Renderings, ask: Ask) -> None:
        self._judges, self._renderings, self._ask = loaded.judges, renderings, ask
        self._embeddings = loaded.embeddings
        self._firsts = _firsts(loaded)
        self._trials: dict[_Trial, asyncio.Task[Opinions]] = {}

    async def opinions(self, case: Case, index: int, text: str) -> Opinions:
        """What the judges of a case say of its answer. Raises what asking raises."""
        found: dict[str, Opinion] = {}
        given: dict[str, KeptReply] = {}
        trials: dict[str, KeptReply] = {}
        for expectation in case.expect:
            if expectation.kind in KINDS:
                tried = await self._tried(expectation)
                wanted = _grading(expectation)
                votes = await self._votes(wanted, case, text, index * wanted.votes)
                key = opinion_key(expectation.kind, expectation.argument)
                found[key] = Opinion(_texts(votes), tried.by_key[""].fault)
                given |= {kept.key: kept for kept in votes}
                trials |= {kept.key: kept for kept in tried.trials}
            elif expectation.kind == SIMILAR and text.strip():
                own, *others = await self._embedded([text, *references(expectation.argument)])
                found[opinion_key(SIMILAR, expectation.argument)] = Opinion(_texts([own, *others]))
                given[own.key] = own
                trials |= {kept.key: kept for kept in others}
        return Opinions(found, tuple(given.values()), tuple(trials.values()))

    async def _embedded(self, texts: Sequence[str]) -> list[KeptReply]:
        """The embedding of each text; the references' are asked for once a run, so that they count as trials do."""
        requests = [embedding_request(self._embeddings, text) for text in texts]
        return list(await asyncio.gather(*(self._ask(request, 0) for request in requests)))

    async def _votes(self, wanted: Grading, case: Case, text: str, first: int) -> list[KeptReply]:
        judge = self._judges[wanted.prompt]
        try:
            request = self._renderings.of(judge).request(judge_inputs(wanted, judge.prompt, case.inputs, text))
        except UsageError as error:
            message = f"the judge {wanted.prompt} does not take the case {case.name!r}: {error}"
            raise UsageError(CASE_UNFIT, message, place=error.problem.place, hint=error.hint) from None
        return list(await asyncio.gather(*(self._ask(request, first + vote) for vote in range(wanted.votes))))

    async def _tried(self, expectation: Expectation) -> Opinions:
        """The trial of a judge, made once a run, with the first case that it judges."""
        trial = _trial(expectation)
        if trial not in self._trials:
            task = asyncio.create_task(self._try(trial))
            # Whoever waits gets its error; when that one is cancelled in the same moment, nobody does.
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
            self._trials[trial] = task
        return await self._trials[trial]

    async def _try(self, trial: _Trial) -> Opinions:
        if trial.canary is None:
            return Opinions({"": Opinion(())})
        case, expectation = self._firsts[trial]
        votes = await self._votes(_grading(expectation), case, trial.canary, 0)
        key = opinion_key(expectation.kind, expectation.argument)
        answer = Answer(text=trial.canary, inputs=case.inputs, row=case.row, opinions={key: Opinion(_texts(votes))})
        try:
            passed = score(expectation, answer).passed
        except ScorerFault as fault:
            said = f"{trial.prompt} could not judge an answer that is known to be bad: {fault}"
            return Opinions({"": Opinion((), said)}, trials=tuple(votes))
        said = f"{trial.prompt} lets an answer pass that is known to be bad, so that its opinions count for nothing"
        return Opinions({"": Opinion((), said if passed else None)}, trials=tuple(votes))


def _texts(votes: list[KeptReply]) -> tuple[str, ...]:
    return tuple(kept.reply.text for kept in votes)


def _grading(expectation: Expectation) -> Grading:
    return grading(expectation.kind, expectation.argument, negate=expectation.negate)


def _trial(expectation: Expectation) -> _Trial:
    found = _grading(expectation)
    return _Trial(expectation.kind, expectation.negate, found.prompt, found.least, found.votes, found.canary)


def _firsts(loaded: LoadedSuite) -> dict[_Trial, tuple[Case, Expectation]]:
    """The first case and expectation of each trial, in the order of the whole suite whatever part of it runs."""
    found: dict[_Trial, tuple[Case, Expectation]] = {}
    for case in loaded.suite.cases:
        for expectation in case.expect:
            if expectation.kind in KINDS:
                found.setdefault(_trial(expectation), (case, expectation))
    return found

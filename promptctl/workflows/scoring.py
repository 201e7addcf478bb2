"""Scores answers by the expectations of their cases, with the reasons of those that fail."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field

from promptctl.adapters.suites import LoadedSuite
from promptctl.core.evals.case import Case
from promptctl.core.evals.evidence import reply_digest, rounded
from promptctl.core.evals.tally import CaseResult, ReplyReference
from promptctl.core.models.request import Reply
from promptctl.core.scorers.answer import Answer
from promptctl.core.scorers.graded import Opinion
from promptctl.core.scorers.registry import Judgement, judge
from promptctl.core.secrets import mask

SampleName = tuple[str, str, int]
"""A case's name, a model, and which of the case's repeats."""


@dataclass(frozen=True, slots=True)
class KeptReply:
    """A reply as evidence names it: ``key`` is its request's, with the sample's index."""

    key: str
    reply: Reply


@dataclass(frozen=True, slots=True)
class Opinions:
    """What judges say of one answer, by ``opinion_key``; the replies that say it, and those of the judges' trials."""

    by_key: Mapping[str, Opinion] = field(default_factory=dict)
    votes: tuple[KeptReply, ...] = ()
    trials: tuple[KeptReply, ...] = ()


class Scoring:
    """The scorers of one suite; its functions are loaded once. Nothing that is said holds one of ``secrets``.

    ``reasons`` says why samples failed; those that passed are not in it.
    """

    def __init__(self, loaded: LoadedSuite, secrets: tuple[str, ...]) -> None:
        self._functions = loaded.functions()
        self._secrets = secrets
        self.reasons: dict[SampleName, tuple[str, ...]] = {}

    @property
    def slow(self) -> bool:
        """Whether it runs the repository's own functions, which may take any time."""
        return bool(self._functions)

    def error(self, case: Case, model: str, index: int, said: str) -> CaseResult:
        """A sample without an answer: neither passed nor failed."""
        said = mask(said, self._secrets)
        return CaseResult(case=case.name, model=model, sample=index, passed=False, error=said)

    def result(
        self, case: Case, model: str, index: int, replies: Sequence[KeptReply], opinions: Opinions
    ) -> CaseResult:
        """A sample with the replies of all its steps: the last one is judged, times and costs are summed."""
        cost = _cost(replies)
        latency = sum(kept.reply.latency_ms for kept in replies)
        found = self._judged(case, replies[-1].reply, latency, cost, opinions)
        failing = [pair for pair in found.findings if not pair[1].passed]
        if failing:
            reasons = (f"{expectation.name}: {score.explanation}" for expectation, score in failing)
            self.reasons[case.name, model, index] = tuple(mask(reason, self._secrets) for reason in reasons)
        result = CaseResult(
            case=case.name,
            model=model,
            sample=index,
            passed=found.passed,
            scores=found.metrics,
            error=None if found.error is None else mask(found.error, self._secrets),
            cost=cost,
            latency_ms=latency,
            replies=_references(replies),
            graded=_references((*opinions.trials, *opinions.votes)),
            judge_cost=_cost(opinions.votes) if opinions.votes else None,
        )
        return rounded(result)

    def _judged(self, case: Case, reply: Reply, latency: float, cost: float | None, opinions: Opinions) -> Judgement:
        answer = Answer(
            text=reply.text,
            tool_calls=reply.tool_calls,
            inputs=case.inputs,
            row=case.row,
            latency_ms=latency,
            cost=cost,
            functions=self._functions,
            opinions=opinions.by_key,
        )
        if not self._functions:
            return judge(case.expect, answer)
        # What a repository's function prints must not get between a program and our JSON.
        with redirect_stdout(sys.stderr):
            return judge(case.expect, answer)


def _cost(replies: Sequence[KeptReply]) -> float | None:
    costs = [kept.reply.cost for kept in replies]
    return None if None in costs else sum(cost for cost in costs if cost is not None)


def _references(replies: Sequence[KeptReply]) -> tuple[ReplyReference, ...]:
    return tuple(ReplyReference(key=kept.key, digest=reply_digest(kept.reply)) for kept in replies)

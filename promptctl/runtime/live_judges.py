"""Judges of answers that are live: prompts of the repository, asked by calls of their own, each an event."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from promptctl.core.scorers.answer import Answer, ScorerFault
from promptctl.core.scorers.graded import KINDS, Grading, Opinion, grading, judge_inputs, opinion_key
from promptctl.core.scorers.registry import Expectation, score
from promptctl.errors import PromptctlError
from promptctl.runtime.call import Call
from promptctl.runtime.call_event import Caller
from promptctl.runtime.means import Means
from promptctl.runtime.prompt import Prompt, Released, Resolution
from promptctl.runtime.recording.opening import new_id

SECONDS = 60.0
REASON = "judge"
"""What the events of their calls say in place of why a version was served."""


class LiveJudges:
    """Tries each judge once, by an answer that is known to be bad, before its opinions count. One thread uses it."""

    def __init__(self) -> None:
        self._trials: dict[tuple[str, str], str | None] = {}

    def opinions(
        self,
        means: Means,
        expectations: Sequence[Expectation],
        judges: Mapping[str, Released],
        answer: Answer,
        *,
        environment: str,
        trace: str,
    ) -> Mapping[str, Opinion]:
        """What the judges say of an answer, by ``opinion_key``; of one that could not be asked, why."""

        def ask(wanted: Grading, inputs: Mapping[str, Any], text: str) -> tuple[str, ...]:
            judge = judges[wanted.prompt]
            resolution = Resolution(released=judge, environment=environment, reason=REASON)
            given = judge_inputs(wanted, judge.closure.prompt, inputs, text)
            # Each vote is asked for: one that was kept is no second one.
            apart = replace(means, caching=None)
            calls = [
                Call(lambda: apart, Prompt(resolution, None, None), Caller(id=new_id(), trace=trace), given, SECONDS)
                for _ in range(wanted.votes)
            ]
            return tuple(call.complete().text for call in calls)

        return dict(self._opinions(ask, expectations, judges, answer))

    def _opinions(
        self,
        ask: Callable[[Grading, Mapping[str, Any], str], tuple[str, ...]],
        expectations: Sequence[Expectation],
        judges: Mapping[str, Released],
        answer: Answer,
    ) -> Iterator[tuple[str, Opinion]]:
        for expectation in expectations:
            if expectation.kind not in KINDS:
                continue
            wanted = grading(expectation.kind, expectation.argument, negate=expectation.negate)
            key = opinion_key(expectation.kind, expectation.argument)
            if wanted.prompt not in judges:
                yield key, Opinion((), f"{wanted.prompt} is not here")
                continue
            try:
                fault = self._tried(ask, expectation, wanted, judges[wanted.prompt].digest, answer.inputs)
                yield key, Opinion(() if fault else ask(wanted, answer.inputs, answer.text), fault)
            except PromptctlError as error:
                yield key, Opinion((), str(error))

    def _tried(
        self,
        ask: Callable[[Grading, Mapping[str, Any], str], tuple[str, ...]],
        expectation: Expectation,
        wanted: Grading,
        digest: str,
        inputs: Mapping[str, Any],
    ) -> str | None:
        """Why a judge's opinions count for nothing. Raises what asking raises."""
        if wanted.canary is None:
            return None
        key = opinion_key(expectation.kind, expectation.argument)
        trial = (digest, f"{expectation.negate} {key}")
        if trial not in self._trials:
            bad = Answer(text=wanted.canary, inputs=inputs, opinions={key: Opinion(ask(wanted, inputs, wanted.canary))})
            try:
                passed = score(expectation, bad).passed
                fault = f"{wanted.prompt} lets an answer pass that is known to be bad" if passed else None
            except ScorerFault as error:
                fault = f"{wanted.prompt} could not judge an answer that is known to be bad: {error}"
            self._trials[trial] = fault
        return self._trials[trial]

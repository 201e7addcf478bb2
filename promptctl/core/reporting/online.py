"""By which expectations calls are scored while they are live: those that need nothing but the answer, and judges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from promptctl.core.evals.suite import Suite, expectation_form
from promptctl.core.events.event import Score
from promptctl.core.scorers.answer import Answer, ScorerFault
from promptctl.core.scorers.graded import KINDS
from promptctl.core.scorers.registry import NEGATION, SCORERS, Expectation, score

ELSEWHERE = {
    "judge": "asks a model",
    "grounded": "asks a model",
    "context_use": "asks a model",
    "declines": "asks a model",
    "faithful": "asks a model",
    "similar": "asks a model",
    "python": "runs code of the repository",
    "command": "runs code of the repository",
    "tool_call": "looks at tool calls, which are not kept",
    "cost": "is in every report",
    "latency": "is in every report",
}
"""Kinds of expectations that are not looked at, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The expectations that any answer can be judged by, and why others were left out, by their names."""

    expectations: tuple[Expectation, ...]
    left_out: dict[str, str]


def online_reading(suite: Suite, *, judges: bool = False) -> Reading:
    """The expectations that all cases of a suite share word for word: what one case expects is about that case.

    ``judges``: those that ask a prompt of the repository are among them.
    """
    forms = [[expectation_form(it) for it in case.expect] for case in suite.cases]
    shared: list[Expectation] = []
    left_out: dict[str, str] = {}
    for case in suite.cases:
        for expectation in case.expect:
            form = expectation_form(expectation)
            kind = expectation.kind.removeprefix(NEGATION)
            why = None if judges and kind in KINDS else ELSEWHERE.get(kind)
            if why is None and not all(form in each for each in forms):
                why = "is not the same for all cases"
            if why is not None:
                left_out.setdefault(expectation.name, why)
            elif expectation not in shared:
                shared.append(expectation)
    return Reading(expectations=tuple(shared), left_out=left_out)


def names_of(expectations: Sequence[Expectation]) -> list[str]:
    """The names of their scores, each once."""
    return list(dict.fromkeys(it.name for it in expectations))


def scores_of_answer(
    call: str, at: int, answer: Answer, expectations: Sequence[Expectation]
) -> tuple[list[Score], tuple[str, ...]]:
    """What expectations say of the answer of a call, and why others could not judge; of one name, the lowest.

    ``at`` is the call's own time, so that the same score is never kept twice.
    """
    found: dict[str, float] = {}
    faults: list[str] = []
    for expectation in expectations:
        try:
            value = float(score(expectation, answer).passed)
        except ScorerFault as fault:
            faults.append(f"{expectation.name}: {fault}")
            continue
        found[expectation.name] = min(value, found.get(expectation.name, value))
    scores = [Score(event=call, name=name, at=at, value=value, source="online") for name, value in found.items()]
    return scores, tuple(faults)


def expectation_of(form: Mapping[str, Any]) -> Expectation | None:
    """The expectation that ``expectation_form`` spelled; None for one that this version does not know."""
    scorer = SCORERS.get(form["kind"])
    return Expectation(**form) if scorer and scorer.fault(form["argument"]) is None else None

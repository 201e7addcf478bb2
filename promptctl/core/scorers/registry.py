"""Every kind of expectation by its name, and how an answer is judged by the expectations of a case."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from promptctl.core.scorers import (
    budget,
    command,
    conduct,
    counts,
    embedded,
    graded,
    json_path,
    json_value,
    python,
    similarity,
    text,
)
from promptctl.core.scorers.answer import Answer, Finding, Score, Scorer, ScorerFault

SCORERS: Mapping[str, Scorer] = {
    **text.SCORERS,
    **json_value.SCORERS,
    **json_path.SCORERS,
    **counts.SCORERS,
    **similarity.SCORERS,
    **budget.SCORERS,
    **conduct.SCORERS,
    **python.SCORERS,
    **command.SCORERS,
    **graded.SCORERS,
    **embedded.SCORERS,
}
NEGATION = "not_"
OVERALL = "score"
"""The metric that holds the weighted mean of all expectations of a case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One thing an answer must be. ``name`` (as written, else the kind) names its metric, where ``weight`` counts."""

    kind: str
    argument: Any
    negate: bool = False
    name: str = ""
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What all expectations of a case say of one answer.

    ``findings`` pairs each expectation that could judge with its score; ``metrics`` are the weighted means by name and
    of all as ``score``; with ``error`` the sample neither passed nor failed, and ``metrics`` is empty.
    """

    passed: bool
    metrics: Mapping[str, float] = field(default_factory=dict)
    findings: tuple[tuple[Expectation, Score], ...] = ()
    error: str | None = None


def split_kind(written: str) -> tuple[str, bool]:
    """The kind and whether it is negated: ``not_contains`` is (``contains``, True)."""
    return (written.removeprefix(NEGATION), True) if written.startswith(NEGATION) else (written, False)


def score(expectation: Expectation, answer: Answer) -> Score:
    """Judges an answer by one expectation. Raises ScorerFault when that is not possible."""
    try:
        found = SCORERS[expectation.kind].measure(expectation.argument, answer)
    except RecursionError:
        raise ScorerFault("the answer is nested too deeply to be judged") from None
    if not math.isfinite(found.value) or not 0 <= found.value <= 1:
        raise ScorerFault(f"the value {found.value} is not within 0 and 1")
    return _negated(found) if expectation.negate else _plain(found)


def _plain(found: Finding) -> Score:
    return Score(value=found.value, passed=found.holds, explanation=found.explanation)


def _negated(found: Finding) -> Score:
    passed = not found.holds if found.denied is None else found.denied
    return Score(value=1 - found.value, passed=passed, explanation=found.explanation)


def judge(expectations: Iterable[Expectation], answer: Answer) -> Judgement:
    """Judges an answer by every expectation of its case; one scorer's fault makes the whole sample an error."""
    findings: list[tuple[Expectation, Score]] = []
    faults: list[str] = []
    for expectation in expectations:
        try:
            findings.append((expectation, score(expectation, answer)))
        except ScorerFault as fault:
            faults.append(f"{expectation.name}: {fault}")
    if faults or not findings:
        return Judgement(
            passed=False, findings=tuple(findings), error="; ".join(faults) or "the case has no expectations"
        )
    return Judgement(
        passed=all(found.passed for _, found in findings), metrics=_metrics(findings), findings=tuple(findings)
    )


def _metrics(findings: list[tuple[Expectation, Score]]) -> dict[str, float]:
    """The weighted mean of each name's expectations, and of all of them."""
    names = sorted({expectation.name for expectation, _ in findings})
    chosen = {name: [pair for pair in findings if pair[0].name == name] for name in names} | {OVERALL: findings}
    return {name: _weighted_mean(pairs) for name, pairs in chosen.items()}


def _weighted_mean(pairs: list[tuple[Expectation, Score]]) -> float:
    total = math.fsum(expectation.weight for expectation, _ in pairs)
    return math.fsum(expectation.weight * found.value for expectation, found in pairs) / total

"""Samples as they were judged, and each case's sum over its samples."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal

from promptctl.core.statistics.interval import mean


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyReference:
    """Names a recorded reply: the request and sample that it answers, and the digest of what it says."""

    key: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """One sample: a case asked once of one model, judged by all its expectations.

    ``scores`` holds metrics by name within [0, 1]; a sample with ``error`` neither passed nor failed. ``cost`` is in US
    dollars; it and ``latency_ms`` are None when unknown. A chain's sample has a reply for each step.
    ``graded`` names what judges replied, also in their trials; ``judge_cost`` is that of the votes and not in ``cost``.
    Raises ValueError for numbers out of range and for a pass in spite of an error.
    """

    case: str
    model: str
    sample: int
    passed: bool
    scores: Mapping[str, float] = field(default_factory=dict)
    error: str | None = None
    cost: float | None = None
    latency_ms: float | None = None
    replies: tuple[ReplyReference, ...] = ()
    graded: tuple[ReplyReference, ...] = ()
    judge_cost: float | None = None

    def __post_init__(self) -> None:
        if self.passed and self.error is not None:
            raise ValueError(f"{self.case!r} passed in spite of an error")
        amounts = [amount for amount in (self.cost, self.latency_ms, self.judge_cost) if amount is not None]
        if not all(0 <= amount < math.inf for amount in amounts) or not all(0 <= s <= 1 for s in self.scores.values()):
            raise ValueError(f"{self.case!r} has a score, cost or latency out of range")

    @property
    def outcome(self) -> Literal["pass", "fail", "error"]:
        if self.error is not None:
            return "error"
        return "pass" if self.passed else "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """A case over its samples: means of scores and cost, all latencies. Errors are counted and otherwise left out."""

    case: str
    samples: int
    passes: int
    errors: tuple[str, ...]
    scores: Mapping[str, float]
    cost: float | None
    latencies: tuple[float | None, ...]

    @property
    def judged(self) -> bool:
        """Whether every sample has an answer that could be scored; only such a case enters an estimate."""
        return self.samples > 0 and not self.errors

    @property
    def flaky(self) -> bool:
        """Whether some samples passed and some failed."""
        return 0 < self.passes < self.samples

    def passed(self, min_pass: int, repeat: int) -> bool:
        """Whether at least ``min_pass`` in ``repeat`` samples passed; further samples must keep the same share."""
        return self.judged and self.passes * repeat >= min_pass * self.samples


def tally(results: Sequence[CaseResult]) -> dict[str, Tally]:
    """The tally of each case, by name, in the order of the results; for results of one model.

    Cases are summed one after the other where their samples follow each other, so that few results are held at once.
    """
    found: dict[str, Tally] = {}
    common: dict[tuple[tuple[str, float], ...], Mapping[str, float]] = {}
    for case, following in groupby(results, key=lambda result: result.case):
        if case in found:
            return {each: _tally(each, samples, common) for each, samples in _gathered(results).items()}
        found[case] = _tally(case, list(following), common)
    return found


def _gathered(results: Iterable[CaseResult]) -> dict[str, list[CaseResult]]:
    grouped: dict[str, list[CaseResult]] = {}
    for result in results:
        grouped.setdefault(result.case, []).append(result)
    return grouped


_MOST_COMMON = 1000
"""How many different scores are held once for all the cases that have them: enough for marks, too few for measures."""


def _tally(
    case: str, results: list[CaseResult], common: dict[tuple[tuple[str, float], ...], Mapping[str, float]]
) -> Tally:
    scored = [result for result in results if result.error is None]
    names = sorted({name for result in scored for name in result.scores})
    costs = [result.cost for result in scored if result.cost is not None]
    scores = {name: mean([result.scores[name] for result in scored if name in result.scores]) for name in names}
    same = common.get(tuple(scores.items()), scores)
    if same is scores and len(common) < _MOST_COMMON:
        common[tuple(scores.items())] = scores
    return Tally(
        case=case,
        samples=len(scored),
        passes=sum(result.passed for result in scored),
        errors=tuple(result.error for result in results if result.error is not None),
        scores=same,
        cost=mean(costs) if costs and len(costs) == len(scored) else None,
        latencies=tuple(result.latency_ms for result in scored),
    )

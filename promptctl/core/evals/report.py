"""What a suite said of a prompt, with every answer: the one value that all reports of evals show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from promptctl.core.evals.check import Check
from promptctl.core.statistics.interval import Interval

Outcome = Literal["pass", "fail", "error"]
Change = Literal["lost", "gained"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One sample. ``text`` is None where its reply is not at hand; ``why`` says why it did not pass.

    ``votes`` are what judges replied. ``cost`` and ``judge_cost`` are in US dollars.
    """

    sample: int
    outcome: Outcome
    text: str | None = None
    why: tuple[str, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)
    cost: float | None = None
    latency_ms: float | None = None
    votes: tuple[str, ...] = ()
    judge_cost: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """How a case came out in kept evidence: ``passes`` of ``samples`` answers."""

    label: str
    outcome: Outcome
    passes: int
    samples: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One case asked of one model. ``gates``: it is the prompt's own model.

    ``before`` are the baseline's answers and ``before_outcome`` how they count; None without a baseline's answer.
    """

    case: str
    model: str
    gates: bool
    outcome: Outcome
    now: tuple[Answered, ...]
    before: tuple[Answered, ...] = ()
    before_outcome: Outcome | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    past: tuple[Past, ...] = ()

    @property
    def change(self) -> Change | None:
        """ "lost": it passed before and fails now; "gained" the other way round; an error is neither."""
        changes: dict[tuple[Outcome | None, Outcome], Change] = {("pass", "fail"): "lost", ("fail", "pass"): "gained"}
        return changes.get((self.before_outcome, self.outcome))

    @property
    def passes(self) -> int:
        """How many of the answers passed."""
        return sum(answer.outcome == "pass" for answer in self.now)

    @property
    def why(self) -> tuple[str, ...]:
        """Why it does not pass, each reason once."""
        return tuple(dict.fromkeys(reason for answer in self.now for reason in answer.why))


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Kept evidence in short, over the prompt's own model: a mean ``cost`` a case, the 95th percentile of latencies."""

    label: str
    time: str
    cases: int
    passed: int
    interval: Interval
    cost: float | None
    latency_p95: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One metric over the cases of both sides; ``interval`` is that of ``now`` less ``before``, with 90 %."""

    metric: str
    before: float
    now: float
    interval: Interval | None = None

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        interval = self.interval and self.interval.to_list()
        return {"metric": self.metric, "before": self.before, "now": self.now, "interval": interval}


@dataclass(frozen=True, slots=True, kw_only=True)
class EvalReport:
    """One prompt under its suite. Rows: what changed first, then errors, failures and passes.

    ``outcome`` is "none" where there is no verdict, and ``sentence`` says why. ``time`` (ISO 8601, UTC) is that of the
    evidence; ``baseline`` what it is compared with, None without; ``runs`` the kept evidence, oldest first.
    """

    prompt: str
    reference: str
    subject: str
    suite: str
    time: str
    outcome: Literal["pass", "fail", "inconclusive", "none"]
    ok: bool
    sentence: str
    rows: Sequence[Row]
    checks: tuple[Check, ...] = ()
    flaky: tuple[str, ...] = ()
    baseline: str | None = None
    differences: tuple[Difference, ...] = ()
    runs: tuple[Run, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[Outcome, int]:
        """Rows by outcome."""
        outcomes: tuple[Outcome, ...] = ("pass", "fail", "error")
        return {outcome: sum(row.outcome == outcome for row in self.rows) for outcome in outcomes}

    @property
    def changed(self) -> tuple[Row, ...]:
        """The rows that came out otherwise than in the baseline."""
        return tuple(row for row in self.rows if row.change)

    @property
    def cost(self) -> float | None:
        """The price of all answers in US dollars; None when one of them has no known price."""
        costs = [answer.cost for row in self.rows for answer in row.now]
        known = [cost for cost in costs if cost is not None]
        return sum(known) if len(known) == len(costs) else None

    @property
    def judge_cost(self) -> float | None:
        """The price of what judges replied, as far as it is known; None where no judge was asked."""
        costs = [answer.judge_cost or 0.0 for row in self.rows for answer in row.now if answer.votes]
        return sum(costs) if costs else None

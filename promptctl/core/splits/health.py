"""Whether calls of one version go worse than those of another: judged on counts, sums and ranks, fail or hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from promptctl.core.metrics import METRICS, is_metric, measured, spelled
from promptctl.core.statistics.interval import Interval
from promptctl.core.statistics.two_samples import Moments, mean_difference, mean_ratio, share_difference
from promptctl.errors import UsageError

BAD_RULE = "PC237"
LEVEL = 0.98
"""Of the two-sided intervals: one judgement of two equal sides calls one of them worse in at most one of a hundred."""

LEAST = 20
"""Values of each side whose spread tells something of all: a few that happen to be alike would look certain."""

Outcome = Literal["worse", "fine", "open"]
"""``open``: what was seen allows both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How much worse a metric may be: for ``error_rate`` a rise in shares of calls, for latency and cost a rise as a
    share of the baseline's, for ``quality:NAME`` a drop of the score's mean."""

    metric: str
    allowed: float


DEFAULT_RULES = tuple(Rule(metric=name, allowed=it.margin) for name, it in METRICS.items() if it.margin is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantile:
    """A quantile and the ordered values that bound it at the level asked for; None where too few values do."""

    estimate: float
    bounds: Interval | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What was seen of one version: ``errors`` of ``calls``; latency in milliseconds by ``latency_p95``…, cost in US
    dollars of the calls whose price is known, scores by name."""

    label: str
    calls: int = 0
    errors: int = 0
    latency: Mapping[str, Quantile] = field(default_factory=dict)
    cost: Moments = field(default_factory=Moments)
    scores: Mapping[str, Moments] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One rule's judgement. ``now`` and ``before`` are the metric on both sides; ``change`` is the interval of the rise
    (of the drop, for quality) in the rule's own unit, None where nothing bounds it."""

    metric: str
    outcome: Outcome
    now: float | None
    before: float | None
    change: Interval | None
    allowed: float

    def to_dict(self) -> dict[str, object]:
        bounds = [self.change.low, self.change.high] if self.change else None
        return {
            "metric": self.metric,
            "outcome": self.outcome,
            "now": self.now,
            "before": self.before,
            "change": bounds,
            "allowed": self.allowed,
        }


def finding_of(data: Mapping[str, Any]) -> Finding:
    """The finding that ``to_dict`` gave, as moves keep it."""
    bounds = data["change"]
    return Finding(**{**data, "change": Interval(*bounds) if bounds else None})


def parse_rule(text: str) -> Rule:
    """The rule that ``error_rate=0.01`` or ``quality:resolved=0.05`` names. Raises UsageError."""
    metric, sign, amount = text.rpartition("=")
    try:
        allowed = float(amount)
    except ValueError:
        allowed = -1.0
    known = is_metric(metric) and measured(metric).judged
    if not sign or not known or not 0 <= allowed < float("inf"):
        hint = f"as error_rate=0.01; metrics: {spelled(judged=True)}"
        raise UsageError(BAD_RULE, f"`{text[:60]}` is not a rule", hint=hint)
    return Rule(metric=metric, allowed=allowed)


def judge(now: Side, before: Side, rules: Sequence[Rule]) -> tuple[Finding, ...]:
    """Every rule's finding: worse when the whole interval lies beyond what is allowed, fine when it lies within."""
    return tuple(_judged(rule, now, before) for rule in rules)


def overall(findings: Sequence[Finding]) -> Outcome:
    """Worse if one is, fine only if all are."""
    outcomes = {finding.outcome for finding in findings}
    return "worse" if "worse" in outcomes else "fine" if outcomes == {"fine"} else "open"


def _judged(rule: Rule, now: Side, before: Side) -> Finding:
    kind, _, name = rule.metric.partition(":")
    if kind == "error_rate":
        values = _share(now), _share(before)
        change = share_difference((now.errors, now.calls), (before.errors, before.calls), LEVEL)
    elif kind == "cost":
        values = now.cost.mean, before.cost.mean
        change = _risen(mean_ratio(now.cost, before.cost, LEVEL)) if _tell(now.cost, before.cost) else None
    elif kind == "quality":
        one, two = now.scores.get(name, Moments()), before.scores.get(name, Moments())
        values, change = (one.mean, two.mean), _drop(one, two)
    else:
        first, second = now.latency.get(rule.metric), before.latency.get(rule.metric)
        values = first.estimate if first else None, second.estimate if second else None
        change = _quantiles(first, second)
    return judged_by(rule, *values, change)


def judged_by(rule: Rule, now: float | None, before: float | None, change: Interval | None) -> Finding:
    """The finding that an interval of the change makes: worse where all of it lies beyond what is allowed."""
    return Finding(
        metric=rule.metric,
        outcome=_outcome(change, rule.allowed),
        now=now,
        before=before,
        change=change,
        allowed=rule.allowed,
    )


def _outcome(change: Interval | None, allowed: float) -> Outcome:
    if change is None or change.low <= allowed < change.high:
        return "open"
    return "worse" if change.low > allowed else "fine"


def _share(side: Side) -> float | None:
    return side.errors / side.calls if side.calls else None


def _drop(now: Moments, before: Moments) -> Interval | None:
    """Yes and no are shares; other scores have means."""
    if now.binary and before.binary:
        return share_difference((round(before.total), before.count), (round(now.total), now.count), LEVEL)
    return mean_difference(before, now, LEVEL) if _tell(now, before) else None


def _tell(now: Moments, before: Moments) -> bool:
    return min(now.count, before.count) >= LEAST


def _quantiles(now: Quantile | None, before: Quantile | None) -> Interval | None:
    """The rise of a quantile, from the bounds of both: never narrower than the level says."""
    if now is None or before is None or now.bounds is None or before.bounds is None or before.bounds.low <= 0:
        return None
    return _risen(Interval(now.bounds.low / before.bounds.high, now.bounds.high / before.bounds.low))


def _risen(ratio: Interval | None) -> Interval | None:
    return Interval(ratio.low - 1, ratio.high - 1) if ratio else None

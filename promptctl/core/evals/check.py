"""Single checks of a gate: one metric over some cases against one bound, with the reason in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from promptctl.core.counting import count
from promptctl.core.statistics.interval import Interval, mean, mean_interval, wilson
from promptctl.core.statistics.paired import Drop, pass_drop, score_drop
from promptctl.core.statistics.power import POWER

Outcome = Literal["pass", "fail", "inconclusive"]
TOLERANCE = 1e-9
"""Estimates are sums of floats: a bound counts as met when it is missed by less than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One named check: ``reason`` is a clause that can stand alone; only those that ``gates`` decide the verdict.

    ``segment`` is ``tag=value`` for a check over those cases only, ``model`` names one that is not the prompt's own.
    ``chance`` is the p-value of a drop.
    """

    name: str
    outcome: Outcome
    reason: str
    estimate: float | None = None
    interval: Interval | None = None
    bound: float | None = None
    segment: str | None = None
    model: str | None = None
    gates: bool = True
    chance: float | None = None


def spell(value: float) -> str:
    """A number as verdicts show it: four significant digits."""
    return f"{value:.4g}"


def pass_rate_check(passed: Mapping[str, bool], least: float) -> Check:
    """The share of passing cases against its minimum, with the Wilson interval; fails without cases."""
    name, count, passing = "pass_rate.min", len(passed), sum(passed.values())
    if not count:
        return Check(name=name, outcome="fail", reason="no case could be judged", bound=least)
    rate = passing / count
    holds = rate >= least - TOLERANCE
    failing = [case for case, ok in passed.items() if not ok]
    named = f"; failed: {_named(failing)}" if failing else ""
    reason = f"{passing} of {count} cases pass ({spell(100 * least)} % asked for{named})"
    outcome: Outcome = "pass" if holds else "fail"
    interval = wilson(passing, count)
    return Check(name=name, outcome=outcome, reason=reason, estimate=rate, interval=interval, bound=least)


def _named(cases: Sequence[str]) -> str:
    """The first of some cases by name."""
    shown = ", ".join(cases[:3])
    return shown + (f" and {len(cases) - 3} more" if len(cases) > 3 else "")


def score_check(metric: str, values: Sequence[float], least: float) -> Check:
    """The mean over cases of a score against its minimum; fails without values."""
    name = f"{metric}.min"
    if not values:
        return Check(name=name, outcome="fail", reason=f"no case has a score of {metric}", bound=least)
    estimate = mean(values)
    holds = estimate >= least - TOLERANCE
    reason = f"{metric} is {spell(estimate)}, {'at least' if holds else 'below'} {spell(least)}"
    return Check(
        name=name,
        outcome="pass" if holds else "fail",
        reason=reason,
        estimate=estimate,
        interval=mean_interval(values, least=0.0, most=1.0),
        bound=least,
    )


def pass_drop_check(before: Mapping[str, bool], now: Mapping[str, bool], label: str, most: float | None) -> Check:
    """The drop of the pass rate over the cases of both, at least one."""
    losses = [case for case in now if before[case] and not now[case]]
    gains = sum(now[case] and not before[case] for case in now)
    drop = pass_drop(len(losses), gains, len(now))
    lost = f", lost {_named(losses)}" if losses else ""
    return _drop_check("pass_rate", drop, most, f"against {label} over {count(len(now), 'case')}{lost}")


def score_drop_check(metric: str, drops: Sequence[float], label: str, most: float | None) -> Check:
    """The mean drop of a score over the cases of both, at least one."""
    return _drop_check(metric, score_drop(drops), most, f"against {label} over {count(len(drops), 'case')}")


def _visible(drop: float | None) -> str:
    if drop is None:
        return "with so few none would show"
    if drop <= TOLERANCE:
        return "each case changed by as much"
    return f"one of {spell(drop)} would show in {spell(100 * POWER)} % of runs"


def _drop_check(metric: str, drop: Drop, most: float | None, scope: str) -> Check:
    """Fails when the drop is certain, passes when it is surely small enough; between them it is inconclusive.

    Without a greatest drop everything that is not certain passes, and the reason says what could have been seen.
    """
    low, high = drop.interval.low, drop.interval.high
    span = f"[{spell(low)}, {spell(high)}]"
    outcome: Outcome
    if most is not None and high <= most + TOLERANCE:
        outcome, reason = "pass", f"{metric} drops by at most {spell(most)} {scope} (90 % interval {span})"
    elif low > TOLERANCE:
        outcome, reason = "fail", f"{metric} drops by {spell(drop.estimate)} {scope} (90 % interval {span})"
    elif most is not None:
        reason = f"{metric} may drop by more than {spell(most)} {scope} (90 % interval {span})"
        outcome = "inconclusive"
    else:
        outcome, reason = "pass", f"no drop of {metric} shows {scope} ({_visible(drop.visible)})"
    return Check(
        name=f"{metric}.{'drop' if most is None else 'max_drop'}",
        outcome=outcome,
        reason=reason,
        estimate=drop.estimate,
        interval=drop.interval,
        bound=most,
        chance=drop.chance,
    )

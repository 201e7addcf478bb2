"""Checks of what answers took, time and money, against a bound or the baseline. The unknown never passes."""

from __future__ import annotations

from collections.abc import Mapping

from promptctl.core.evals.check import TOLERANCE, Check, spell
from promptctl.core.evals.tally import Tally
from promptctl.core.statistics.interval import mean, mean_interval, percentile_95

Tallies = Mapping[str, Tally]


def cost_values(tallies: Tallies) -> list[float] | None:
    """The cost of each case in US dollars, None when one is unknown."""
    costs = [tally.cost for tally in tallies.values()]
    known = [cost for cost in costs if cost is not None]
    return known if len(known) == len(costs) else None


def latency_values(tallies: Tallies) -> list[float] | None:
    """The latency of every sample in milliseconds, None when one is unknown."""
    latencies = [latency for tally in tallies.values() for latency in tally.latencies]
    known = [latency for latency in latencies if latency is not None]
    return known if len(known) == len(latencies) else None


def budget_estimate(metric: str, tallies: Tallies) -> float | None:
    """The mean cost of a case, or the 95th percentile of the latencies; None when one is unknown or there is none."""
    values = cost_values(tallies) if metric == "cost" else latency_values(tallies)
    if not values:
        return None
    return mean(values) if metric == "cost" else percentile_95(values)


def unknown_budget(name: str, metric: str, whose: str, bound: float) -> Check:
    """Fails because a bound is set on what nobody knows."""
    what = "price" if metric == "cost" else "latency"
    return Check(name=name, outcome="fail", reason=f"the {what} of {whose} is unknown", bound=bound)


def budget_check(metric: str, tallies: Tallies, most: float) -> Check:
    """Cost or latency against its greatest value."""
    name = f"{metric}.max"
    estimate = budget_estimate(metric, tallies)
    if estimate is None:
        return unknown_budget(name, metric, "an answer", most)
    holds = estimate <= most + TOLERANCE * max(most, TOLERANCE)
    costs = cost_values(tallies) if metric == "cost" else None
    reason = f"{metric} is {spell(estimate)}, {'at most' if holds else 'above'} {spell(most)}"
    return Check(
        name=name,
        outcome="pass" if holds else "fail",
        reason=reason,
        estimate=estimate,
        interval=mean_interval(costs, least=0.0) if costs else None,
        bound=most,
    )


def rise_check(metric: str, before: Tallies, now: Tallies, label: str, most: float) -> Check:
    """The rise of cost or latency as a share of the baseline's, over the cases of both."""
    name = f"{metric}.max_rise"
    base, value = budget_estimate(metric, before), budget_estimate(metric, now)
    if base is None or value is None:
        return unknown_budget(name, metric, f"an answer of {label}" if value is not None else "an answer", most)
    if base == 0 and value > 0:
        reason = f"{metric} rises from 0 to {spell(value)} against {label}"
        return Check(name=name, outcome="fail", reason=reason, bound=most)
    rise = (value - base) / base if base else 0.0
    holds = rise <= most + TOLERANCE
    change = f"rises by {spell(rise)}" if rise > 0 else f"falls by {spell(-rise)}"
    reason = f"{metric} {change} of {label}'s {spell(base)}, {'at most' if holds else 'above'} {spell(most)}"
    return Check(name=name, outcome="pass" if holds else "fail", reason=reason, estimate=rise, bound=most)

"""Which version goes worse: each metric's rule, what stays open, and how often chance alone calls out."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.splits.health import (
    DEFAULT_RULES,
    Finding,
    Quantile,
    Rule,
    Side,
    judge,
    overall,
    parse_rule,
)
from promptctl.core.statistics.interval import Interval
from promptctl.core.statistics.two_samples import Moments
from promptctl.errors import UsageError


def rate(errors: int, calls: int) -> Side:
    return Side(label="x", calls=calls, errors=errors)


def cost(mean: float, count: int, spread: float = 0.1) -> Side:
    total = mean * count
    return Side(label="x", calls=count, cost=Moments(count, total, (mean * mean + spread * spread) * count))


def latency(low: float, high: float) -> Side:
    quantile = Quantile(estimate=(low + high) / 2, bounds=Interval(low, high))
    return Side(label="x", calls=100, latency={"latency_p95": quantile})


def quality(hits: int, count: int) -> Side:
    return Side(label="x", calls=count, scores={"resolved": Moments(count, float(hits), float(hits))})


def stars(each: float, count: int) -> Side:
    return Side(label="x", calls=count, scores={"stars": Moments(count, each * count, each * each * count)})


@pytest.mark.parametrize(
    ("rule", "now", "before", "outcome"),
    [
        ("error_rate=0.01", rate(80, 1000), rate(10, 1000), "worse"),
        ("error_rate=0.1", rate(80, 1000), rate(10, 1000), "fine"),
        ("error_rate=0.05", rate(80, 1000), rate(10, 1000), "open"),
        ("error_rate=0", rate(0, 1000), rate(400, 1000), "fine"),
        ("error_rate=0.01", rate(1, 1), rate(0, 1), "open"),
        ("error_rate=0.01", rate(0, 0), rate(0, 1000), "open"),
        ("cost=0.1", cost(1.5, 200), cost(1.0, 200), "worse"),
        ("cost=0.6", cost(1.5, 200), cost(1.0, 200), "fine"),
        ("cost=0.5", cost(1.5, 200), cost(1.0, 200), "open"),
        ("cost=0.1", cost(1.5, 1), cost(1.0, 200), "open"),
        ("cost=0.1", cost(1.0, 200), cost(0.0, 200), "open"),
        ("cost=0.1", cost(3.0, 2, spread=0.0), cost(1.0, 200), "open"),
        ("cost=0.1", cost(3.0, 20, spread=0.0), cost(1.0, 200), "worse"),
        ("quality:stars=0.05", stars(4.0, 2), stars(5.0, 200), "open"),
        ("quality:stars=0.05", stars(4.0, 20), stars(5.0, 200), "worse"),
        ("latency_p95=0.2", latency(1300, 1400), latency(900, 1000), "worse"),
        ("latency_p95=0.6", latency(1300, 1400), latency(900, 1000), "fine"),
        ("latency_p95=0.4", latency(1300, 1400), latency(900, 1000), "open"),
        ("latency_p99=0.4", latency(1300, 1400), latency(900, 1000), "open"),
        ("quality:resolved=0.05", quality(50, 100), quality(90, 100), "worse"),
        ("quality:resolved=0.05", quality(9000, 10_000), quality(9000, 10_000), "fine"),
        ("quality:other=0.05", quality(50, 100), quality(90, 100), "open"),
    ],
)
def test_a_rule_is_broken_kept_or_open(rule: str, now: Side, before: Side, outcome: str) -> None:
    (found,) = judge(now, before, [parse_rule(rule)])
    assert found.outcome == outcome


def test_one_that_is_worse_decides_and_all_must_be_fine() -> None:
    def found(*outcomes: str) -> str:
        return overall([Finding(metric="cost", outcome=it, now=1, before=1, change=None, allowed=0) for it in outcomes])  # type: ignore[arg-type]

    assert found("fine", "worse", "open") == "worse"
    assert found("fine", "open") == "open"
    assert found("fine", "fine") == "fine"
    assert found() == "open"


@pytest.mark.parametrize(
    "text", ["", "cost", "cost=", "cost=x", "cost=-1", "cost=nan", "cost=inf", "latency=1", "quality=1", "quality:=1"]
)
def test_what_is_no_rule_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_rule(text)
    assert refused.value.code == "PC237"


def test_a_rule_as_written() -> None:
    assert parse_rule("quality:a=b=0.5") == Rule(metric="quality:a=b", allowed=0.5)


@pytest.mark.parametrize(("rounds", "most"), [(500, 12), pytest.param(2000, 35, marks=pytest.mark.long)])
def test_two_equal_versions_are_rarely_called_worse(rounds: int, most: int) -> None:
    """A seeded simulation: the chance of a false alarm a judgement is at most the hundredth that is promised."""
    chance, rules = Random(7), [Rule(metric="error_rate", allowed=0.0), Rule(metric="cost", allowed=0.0)]
    alarms = {"error_rate": 0, "cost": 0}
    for _ in range(rounds):
        sides = []
        for _side in range(2):
            costs = [chance.expovariate(1.0) for _ in range(200)]
            moments = Moments(200, sum(costs), sum(it * it for it in costs))
            errors = sum(chance.random() < 0.05 for _ in range(400))
            sides.append(Side(label="x", calls=400, errors=errors, cost=moments))
        for finding in judge(sides[0], sides[1], rules):
            alarms[finding.metric] += finding.outcome == "worse"
    assert all(count <= most for count in alarms.values()), alarms


@given(
    st.tuples(st.integers(0, 500), st.integers(0, 500)),
    st.tuples(st.integers(0, 500), st.integers(0, 500)),
    st.floats(0, 1),
)
def test_judging_says_one_thing_of_anything(now: tuple[int, int], before: tuple[int, int], allowed: float) -> None:
    sides = [rate(min(pair), max(pair)) for pair in (now, before)]
    (found,) = judge(sides[0], sides[1], [Rule(metric="error_rate", allowed=allowed)])
    if found.change:
        assert found.outcome == (
            "worse" if found.change.low > allowed else "fine" if found.change.high <= allowed else "open"
        )
    assert {finding.outcome for finding in judge(Side(label=""), Side(label=""), DEFAULT_RULES)} == {"open"}

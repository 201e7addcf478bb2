"""Decisions about rollouts: what was seen and what follows, steps that keep their units, plans as they are written."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.experiments.counted import ArmUnits, Measure
from promptctl.core.experiments.samples import UnitSums
from promptctl.core.moves.pointer import Served
from promptctl.core.releases.version import version
from promptctl.core.splits.assignment import assigner
from promptctl.core.splits.health import Rule
from promptctl.core.splits.rollout import (
    CANARY,
    Decision,
    RolloutPlan,
    Seen,
    begun,
    checked_steps,
    decide,
    next_step,
    parse_steps,
    percent_of,
    plan_of,
    stepped,
)
from promptctl.core.splits.rollout_health import held_against, measure_of
from promptctl.core.splits.rollout_settings import rollout_plan
from promptctl.core.splits.split import Split
from promptctl.errors import UsageError
from tests.unit_sums import sums_of_pairs

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
STABLE = Served(version("1.2.0"), "sha256:" + "a" * 64)
NEXT = Served(version("1.3.0"), "sha256:" + "b" * 64)
PLAN = RolloutPlan()
QUALITY = Rule(metric="quality:resolved", allowed=0.05)


def rollout(percent: str = "5", state: str = "running", plan: RolloutPlan = PLAN) -> Split:
    split = begun(plan, "triage-1.3.0", "8f3a", STABLE, NEXT, NOW)
    return replace(stepped(split, Decimal(percent), NOW), state=state)


def arm(units: int, failing: float = 0.0, slow: float = 1.0, costly: float = 1.0, good: float = 0.9) -> ArmUnits:
    """Units of one call each: the first of them fail and the last are bad; latencies and costs vary by a fifth."""
    varied = [1 + (place % 21 - 10) / 50 for place in range(units)]
    p95 = 500.0 * slow
    return ArmUnits(
        units=units,
        calls=units,
        sums={
            Measure("error_rate", "ratio"): sums_of_pairs((float(it < failing * units), 1.0) for it in range(units)),
            Measure("latency_p95", "quantile"): UnitSums(units, 0.0, units, units * 9e3, units, 0.0, p95),
            Measure("cost", "ratio"): sums_of_pairs((0.001 * costly * it, 1.0) for it in varied),
            Measure(QUALITY.metric, "ratio"): sums_of_pairs((float(it < good * units), 1.0) for it in range(units)),
        }
        if units
        else {},
    )


LONG = timedelta(hours=1)
FINE = arm(1000)
CASES = [
    ("all is fine", {}, FINE, LONG, "advance", "not worse in error_rate, latency_p95, cost"),
    ("nothing was seen", {}, arm(0), LONG, "hold", "0 of 500 requests"),
    ("too early and too few", {}, arm(120), timedelta(minutes=12), "hold", "120 of 500 requests, 12 of 30 minutes"),
    ("a clock that is behind", {}, FINE, -LONG, "hold", "0 of 30 minutes"),
    ("it fails more", {}, arm(1000, failing=0.2), LONG, "roll back", "worse in error_rate"),
    ("it fails much more, early", {}, arm(60, failing=0.6), timedelta(minutes=1), "roll back", "worse in error_rate"),
    ("it is slower", {}, arm(1000, slow=1.6), LONG, "roll back", "worse in latency_p95"),
    ("it costs more", {}, arm(1000, costly=1.5), LONG, "roll back", "worse in cost"),
    ("one call failed", {}, arm(1, failing=1), LONG, "hold", "1 of 500 requests"),
    ("a little more fail than may", {}, arm(1000, failing=0.015), LONG, "hold", "nothing is shown yet in error_rate"),
    ("paused", {"state": "paused"}, FINE, LONG, "hold", "paused"),
    (
        "paused and worse",
        {"state": "paused"},
        arm(900, failing=0.5),
        LONG,
        "hold",
        "paused, though worse in error_rate",
    ),
    ("the last step", {"percent": "50"}, FINE, LONG, "finish", "not worse"),
]


def decided(split: Split, canary: ArmUnits, elapsed: timedelta = LONG, **facts: str) -> Decision:
    return decide(split, Seen(canary=canary, stable=arm(9000)), NOW + elapsed, **facts)


def test_a_change_that_only_this_look_bounds_is_not_called_worse() -> None:
    """Of few dear calls the control's mean is told from zero at one look, and not at all looks together."""
    cost = Rule(metric="cost", allowed=0.2)
    canary, stable = (
        ArmUnits(units=100, sums={measure_of(cost): sums_of_pairs((float(it < dear), 1.0) for it in range(100))})
        for dear in (30, 8)
    )
    (found,) = held_against(canary, stable, [cost], 200)
    assert (found.outcome, found.change and found.change.low) == ("open", 0.0)


@pytest.mark.parametrize(
    ("options", "canary", "elapsed", "action", "because"), [row[1:] for row in CASES], ids=[row[0] for row in CASES]
)
def test_what_was_seen_decides(
    options: dict[str, Any], canary: ArmUnits, elapsed: timedelta, action: str, because: str
) -> None:
    found = decided(rollout(**options), canary, elapsed)
    assert (found.action, found.because[: len(because)]) == (action, because)


def test_what_people_decided_comes_first() -> None:
    bad = arm(1000, failing=0.5)
    assert decided(rollout(), FINE, retired="leaks addresses").because == "1.3.0 is retired: leaks addresses"
    assert decided(rollout(state="paused"), FINE, retired="leaks").action == "roll back"
    assert decided(rollout(), FINE, barred="prod is frozen: holidays").because == "prod is frozen: holidays"
    assert decided(rollout(), bad, barred="holidays").action == "roll back"


def test_quality_may_not_drop() -> None:
    split = rollout(plan=RolloutPlan(rules=(QUALITY,)))
    assert decided(split, arm(1000, good=0.9)).action == "advance"
    worse = decided(split, arm(1000, good=0.6))
    assert worse.action == "roll back"
    assert "quality:resolved (by 0." in worse.because
    assert "lower at least, 0.05 is allowed" in worse.because


def test_what_nothing_is_known_of_holds() -> None:
    unpriced = replace(FINE, sums={it: found for it, found in FINE.sums.items() if it.metric != "cost"})
    assert decided(rollout(), unpriced).because == "nothing is shown yet in cost"
    few = ArmUnits(units=1, calls=1000, sums={Measure("error_rate", "ratio"): UnitSums(1, 0.0, 1000, 0, 1e6, 0)})
    assert decided(rollout(plan=RolloutPlan(rules=(Rule(metric="error_rate", allowed=0.01),))), few).action == "hold"


def test_the_next_step_is_the_next_one_written() -> None:
    assert [decided(rollout(percent=it), FINE).percent for it in ("5", "25", "50")] == [25, 50, 100]
    assert next_step(rollout(percent="7.5")) == 25


@given(st.lists(st.integers(1, 9999), min_size=1, max_size=6, unique=True), st.lists(st.text(max_size=9), max_size=40))
def test_a_step_keeps_every_unit_of_the_one_before(widths: list[int], units: list[str]) -> None:
    """25 % keep all of the 5 %."""
    steps = checked_steps([*(Decimal(width) / 100 for width in sorted(widths)), Decimal(100)])
    split = begun(RolloutPlan(steps=steps), "x", "salt", STABLE, NEXT, NOW)
    before: set[str] = set()
    for step in steps[:-1]:
        split = stepped(split, step, NOW)
        assert percent_of(split) == step
        assign = assigner(split)
        inside = {unit for unit in units if split.arms[assign(unit)].name == CANARY}
        assert before <= inside
        before = inside


rules = st.sampled_from([QUALITY, Rule(metric="cost", allowed=0.5), Rule(metric="latency_p99", allowed=0.0)])


@given(
    st.integers(0, 10**6),
    st.floats(0, 10**4),
    st.lists(rules, min_size=1, max_size=3, unique_by=lambda it: it.metric),
    st.sampled_from([(1, 100), (5, 25, 50, 100), ("0.5", "12.25", 100)]),
)
def test_a_plan_is_read_from_the_split_that_it_began(
    requests: int, minutes: float, chosen: list[Rule], steps: tuple[int | str, ...]
) -> None:
    plan = RolloutPlan(
        steps=checked_steps([Decimal(it) for it in steps]), requests=requests, minutes=minutes, rules=tuple(chosen)
    )
    assert plan_of(begun(plan, "x", "salt", STABLE, NEXT, NOW)) == plan


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5",
        "100",
        "25,5,100",
        "5,5,100",
        "5,25,50",
        "5,101",
        "0,100",
        "nan,100",
        "1.005,100",
        "a,b",
        "-1,100",
        "9e999999,100",
    ],
)
def test_steps_that_are_none(text: str) -> None:
    with pytest.raises(UsageError) as found:
        parse_steps(text)
    assert (found.value.code, found.value.hint) == ("PC247", "--steps 5,25,50,100")


def test_steps_as_people_write_them() -> None:
    assert parse_steps("1, 2.5%,100") == (Decimal(1), Decimal("2.5"), Decimal(100))


def test_settings_change_what_they_name() -> None:
    plan = rollout_plan({"steps": [10, 100], "health": {"quality:resolved": 0.05}})
    assert (plan.steps, plan.rules, plan.requests) == ((Decimal(10), Decimal(100)), (QUALITY,), 500)
    assert rollout_plan({}) == RolloutPlan()

"""Seeded simulations: who looks every day is not fooled, and what was planned shows as often as was planned.

Each test has a small run here; `python -m pytest -m long -s tests/core/experiments` makes the large ones and prints
what comes out.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from scipy import stats

from promptctl.core.experiments.always_valid import always_valid
from promptctl.core.experiments.comparison import compare, sample_ratio
from promptctl.core.experiments.sample_size import PlannedTest, units_needed
from promptctl.core.metrics import Kind
from promptctl.core.statistics.group_sequential import boundary
from tests.core.experiments.simulated import BASELINE, METRICS, Arm, Array, deviates, ever, lived, outside
from tests.core.statistics.simulated import is_at_least, is_at_most

ALPHA, POWER = 0.05, 0.8
DAYS, ARRIVALS = 28, 40
WEEKLY = (6, 13, 20, 27)
Z = stats.norm.ppf(1 - ALPHA / 2)
limits = cache(boundary)

SMALL = 100
LARGE = pytest.param(20_000, marks=pytest.mark.long)


def fractions(days: tuple[int, ...], planned: int = DAYS) -> tuple[float, ...]:
    return tuple((day + 1) / planned for day in days)


def said(what: str, runs: int, **rates: float) -> None:
    print(f"\n{what}, {runs} runs: " + ", ".join(f"{name} {rate:.4f}" for name, rate in rates.items()))


def in_parts(runs: int) -> list[int]:
    """Runs in parts that fit into memory."""
    return [min(1000, runs - done) for done in range(0, runs, 1000)]


def crossed(z: Array, days: tuple[int, ...]) -> float:
    """In what share of runs a look on one of the days ends the experiment."""
    return ever(np.abs(z[:, list(days)]) >= np.array(limits(fractions(days), ALPHA)))


@pytest.mark.parametrize("metric", METRICS)
def test_the_simulation_is_of_what_is_used(metric: str) -> None:
    """Its arrays give what the product's functions give on the same sums."""
    generator = np.random.default_rng(3)
    control, treatment = (lived(generator, metric, 2, 5, ARRIVALS, lift) for lift in (0.0, 0.05))
    kind: Kind = "proportion" if metric == "shares" else "ratio"
    for day in range(5):
        found = compare(kind, control.at(0, day), treatment.at(0, day), ALPHA)
        z = deviates(control, treatment, metric)[0, day]
        assert found.statistic is not None
        if found.test == "Welch's t":
            unit = [arm.unit[0, day] / arm.units[0, day] for arm in (control, treatment)]
            assert found.difference == pytest.approx(z * math.sqrt(sum(unit)), rel=1e-6)
        elif found.test == "two-proportion z":
            assert found.statistic == pytest.approx(z, rel=1e-6, abs=1e-9)
        watched = always_valid(control.at(0, day), treatment.at(0, day), ALPHA, 2000).difference
        assert watched is not None
        for truth in (watched.low + 1e-9, watched.high - 1e-9):
            assert outside(control, treatment, ALPHA, 2000, truth=truth)[0, day] == 0
        assert outside(control, treatment, ALPHA, 2000, truth=watched.low - 1e-9)[0, day] == 1
        assert outside(control, treatment, ALPHA, 2000, truth=watched.high + 1e-9)[0, day] == -1


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("runs", [SMALL, LARGE])
def test_equal_arms_looked_at_every_day(metric: str, runs: int) -> None:
    """The fixed test, asked daily, calls one in four of them different; looks and sequences keep to alpha."""
    generator = np.random.default_rng(20)
    rates = np.zeros(5)
    for part in in_parts(runs):
        control, treatment = (lived(generator, metric, part, DAYS, ARRIVALS) for _ in "ab")
        z = deviates(control, treatment, metric)
        rates += (
            part
            / runs
            * np.array(
                [
                    np.mean(np.abs(z[:, -1]) > Z),
                    ever(np.abs(z) > Z),
                    crossed(z, WEEKLY),
                    crossed(z, tuple(range(DAYS))),
                    ever(outside(control, treatment, ALPHA, 2 * DAYS * ARRIVALS) != 0),
                ]
            )
        )
    once, daily, weekly, always, sequence = rates
    said(f"equal arms, {metric}", runs, once=once, daily=daily, four_looks=weekly, looks_daily=always, always=sequence)
    assert daily > 3 * ALPHA
    assert is_at_most(round(once * runs), runs, ALPHA * 1.15)
    for rate in (weekly, always):
        assert is_at_most(round(rate * runs), runs, ALPHA * 1.15)
    assert is_at_most(round(sequence * runs), runs, ALPHA)
    assert is_at_least(round(weekly * runs), runs, ALPHA * 0.75)


def planned_test(metric: str) -> tuple[PlannedTest, float]:
    """A test of a tenth of a standard deviation or so, with the spread of units from a pilot."""
    lift = {"shares": 0.03, "skewed": 0.2, "clustered": 0.05}[metric]
    pilot = lived(np.random.default_rng(0), metric, 1, 1, 400_000)
    return PlannedTest(
        kind="proportion" if metric == "shares" else "ratio",
        baseline=BASELINE if metric == "shares" else float(pilot.estimate[0, 0]),
        effect=lift,
        variance=float(pilot.unit[0, 0]),
        shares=(50, 50),
        looks=4,
    ), lift


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("runs", [SMALL, pytest.param(10_000, marks=pytest.mark.long)])
def test_the_planned_power_is_reached(metric: str, runs: int) -> None:
    """With four looks, over as many units as were planned for them."""
    test, lift = planned_test(metric)
    arrivals = units_needed(test, POWER) / 2 / DAYS
    generator = np.random.default_rng(21)
    found = wrong = early = 0.0
    for part in in_parts(runs):
        control = lived(generator, metric, part, DAYS, arrivals)
        treatment = lived(generator, metric, part, DAYS, arrivals, lift)
        z = deviates(control, treatment, metric)[:, list(WEEKLY)]
        beyond = z >= np.array(limits(fractions(WEEKLY), ALPHA))
        found += float(beyond.any(axis=1).sum())
        early += float(beyond[:, :-1].any(axis=1).sum())
        wrong += float((z <= -np.array(limits(fractions(WEEKLY), ALPHA))).any(axis=1).sum())
    said(f"planned power, {metric}", runs, found=found / runs, before_the_end=early / runs, wrong=wrong / runs)
    assert is_at_least(round(found), runs, POWER - 0.02)
    assert is_at_most(round(found), runs, POWER + 0.05)
    assert early > 0.3 * runs
    assert is_at_most(round(wrong), runs, 0.001)


@pytest.mark.parametrize("runs", [60, pytest.param(5000, marks=pytest.mark.long)])
def test_a_point_too_many_in_an_arm_is_found(runs: int) -> None:
    """Of 1e5 units 51 % where 50 % are meant, and 33.3 and 34.3 % of three; equal arms are hardly ever suspected."""
    generator = np.random.default_rng(22)

    def suspected(shares: list[float], meant: list[float]) -> float:
        drawn = generator.multinomial(100_000, shares, runs)
        found = [sample_ratio([int(count) for count in units], meant) for units in drawn]
        return float(np.mean([p is not None and p < 0.001 for p in found]))

    third = 1 / 3
    rates = {
        "two_arms": suspected([0.51, 0.49], [50, 50]),
        "uneven": suspected([0.91, 0.09], [90, 10]),
        "three_arms": suspected([third + 0.01, third - 0.005, third - 0.005], [1, 1, 1]),
        "equal": suspected([0.5, 0.5], [50, 50]),
        "equal_three": suspected([third] * 3, [1, 1, 1]),
    }
    said("sample ratio", runs, **rates)
    assert min(rates["two_arms"], rates["uneven"], rates["three_arms"]) >= 0.99
    assert is_at_most(round((rates["equal"] + rates["equal_three"]) * runs), 2 * runs, 0.001)


@pytest.mark.parametrize("runs", [10, pytest.param(2000, marks=pytest.mark.long)])
def test_arms_that_tell_nothing_have_no_winner(runs: int) -> None:
    """Of no or one unit, without spread, or of what is no number."""
    generator = np.random.default_rng(23)
    decided = asked = 0
    kinds: tuple[Kind, ...] = ("ratio", "mean", "quantile")
    for _ in range(runs):
        usual = float(generator.normal())
        arms = [
            Arm(*(np.full((1, 1), value) for value in (n, n * level, n, n * level**2, n, n * level))).at(0, 0)
            for n, level in ((0, usual), (1, usual), (int(generator.integers(2, 50)), usual), (9, math.nan))
        ]
        for one in arms:
            for two in arms:
                for kind in kinds:
                    asked += 1
                    decided += compare(kind, one, two, ALPHA).p is not None
    said("arms that tell nothing", asked, decided=decided / asked)
    assert decided == 0


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("percent", [5, 50])
@pytest.mark.parametrize(("runs", "looks"), [(100, 30), pytest.param(4000, 100, marks=pytest.mark.long)])
def test_healthy_canaries_are_left_alone(metric: str, percent: int, runs: int, looks: int) -> None:
    """Judged after every few calls from the first on, with two sides of 2 % together.

    A small canary's own variance would not do: its first units are alike too often.
    """
    level, arrivals = 0.02, 20
    generator = np.random.default_rng(24)
    worse = better = own = 0.0
    for part in in_parts(runs):
        canary = lived(generator, metric, part, looks, arrivals * percent / 100)
        stable = lived(generator, metric, part, looks, arrivals * (100 - percent) / 100)
        sides = outside(stable, canary, level, looks * arrivals)
        worse += part * ever(sides > 0)
        better += part * ever(sides < 0)
        own += part * ever(outside(stable, canary, level, looks * arrivals, own=True) != 0)
    rates = {"worse": worse / runs, "better": better / runs, "by_own_variances": own / runs}
    said(f"healthy canary of {percent} %, {metric}", runs, **rates)
    if percent == 5:
        assert own / runs > 2 * level
    assert is_at_most(round(worse + better), runs, level)


@pytest.mark.parametrize("runs", [20, pytest.param(1000, marks=pytest.mark.long)])
def test_failing_canaries_are_found(runs: int) -> None:
    """5 % of units; of them two in five calls fail, where one in ten does."""
    generator = np.random.default_rng(25)
    canary = lived(generator, "shares", runs, 100, 10, 0.3)
    stable = lived(generator, "shares", runs, 100, 190)
    worse = outside(stable, canary, 0.02, 10_000) > 0
    first = np.where(worse.any(axis=1), worse.argmax(axis=1), 100)
    said("failing canary", runs, found=ever(worse), half_of_them_after_looks=float(np.median(first)) + 1)
    assert ever(worse) > 0.99

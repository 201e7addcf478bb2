"""What a suite could have seen: powers and smallest visible drops, against SciPy's distributions."""

from __future__ import annotations

import math
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from promptctl.core.statistics.interval import student_t_quantile
from promptctl.core.statistics.paired import pass_drop, score_drop
from promptctl.core.statistics.power import POWER, power_of_drop, smallest_visible_drop, visible_mean_drop


def weighed(drop: float, gained: float, cases: int) -> float:
    """The power by weighing every outcome there is."""
    chances = [drop + gained, gained, max(0.0, 1 - drop - 2 * gained)]
    pairs = [(losses, gains) for losses, gains in product(range(cases + 1), repeat=2) if losses + gains <= cases]
    seen = [pair for pair in pairs if pass_drop(*pair, cases).interval.low > 1e-12]
    outcomes = [(losses, gains, cases - losses - gains) for losses, gains in seen]
    return math.fsum(stats.multinomial.pmf(outcomes, cases, chances)) if seen else 0.0


@pytest.mark.parametrize(
    ("drop", "gained", "cases"),
    [(0.35, 0.0, 20), (0.3, 0.05, 20), (0.1, 0.02, 30), (0.6, 0.2, 12), (1.0, 0.0, 5), (1.0, 0.0, 4), (0.0, 0.1, 25)],
)
def test_power_is_that_of_all_outcomes(drop: float, gained: float, cases: int) -> None:
    assert power_of_drop(drop, gained, cases) == pytest.approx(weighed(drop, gained, cases), abs=1e-9)


@given(st.integers(5, 3000), st.data())
def test_without_gains_power_is_a_binomial_tail(cases: int, data: st.DataObject) -> None:
    drop = data.draw(st.integers(1, cases)) / cases
    assert power_of_drop(drop, 0.0, cases) == pytest.approx(stats.binom.sf(4, cases, drop), abs=1e-9)


@settings(max_examples=40)
@given(st.integers(1, 1500).flatmap(lambda cases: st.tuples(st.integers(0, cases // 4), st.just(cases))))
def test_the_smallest_visible_drop_is_where_the_power_is_reached(counts: tuple[int, int]) -> None:
    gains, cases = counts
    found = smallest_visible_drop(gains, cases)
    if found is None:
        assert power_of_drop((cases - 2 * gains) / cases, gains / cases, cases) < POWER
        return
    dropped = round(found * cases)
    assert power_of_drop(found, gains / cases, cases) >= POWER
    assert dropped == 1 or power_of_drop((dropped - 1) / cases, gains / cases, cases) < POWER


@pytest.mark.parametrize(
    ("gains", "cases", "visible"),
    [(0, 4, None), (0, 5, 1.0), (0, 20, 0.35), (1, 20, 0.45), (0, 100, 0.07), (2, 100, 0.1), (10, 20, None)],
)
def test_smallest_visible_drop(gains: int, cases: int, visible: float | None) -> None:
    assert smallest_visible_drop(gains, cases) == visible
    assert pass_drop(0, gains, cases).visible == visible


@pytest.mark.parametrize(("cases", "wide"), [(3, 5.768), (5, 3.644), (10, 2.917), (30, 2.608), (1000, 2.487)])
def test_a_visible_mean_drop_makes_up_for_two_spreads(cases: int, wide: float) -> None:
    """From 1000 cases on it is the textbook's 1.645 + 0.842 standard errors."""
    half = student_t_quantile(0.95, cases - 1)
    assert visible_mean_drop(half, cases) == pytest.approx(wide, abs=3e-3)


@given(st.lists(st.floats(-1, 1), min_size=3, max_size=50))
def test_a_visible_mean_drop_is_wider_than_the_interval(drops: list[float]) -> None:
    found = score_drop(drops)
    assert found.visible is not None
    assert found.visible >= found.estimate - found.interval.low


def test_two_cases_hardly_know_their_spread() -> None:
    assert score_drop([0.1, 0.4]).visible is None

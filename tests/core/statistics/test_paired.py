"""The paired drop of passes and scores: its interval and its chance."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from promptctl.core.statistics.interval import Interval
from promptctl.core.statistics.paired import pass_drop, score_drop


@st.composite
def changes(draw: st.DrawFn) -> tuple[int, int, int]:
    cases = draw(st.integers(1, 400))
    losses = draw(st.integers(0, cases))
    return losses, draw(st.integers(0, cases - losses)), cases


@given(changes())
def test_pass_drop_has_the_exact_bounds_of_scipy(counts: tuple[int, int, int]) -> None:
    losses, gains, cases = counts
    assume(losses + gains > 0)
    found = pass_drop(losses, gains, cases)
    among_changed = stats.binomtest(losses, losses + gains).proportion_ci(0.9, method="exact")
    of_losses = stats.binomtest(losses, cases).proportion_ci(0.9, method="exact")
    of_gains = stats.binomtest(gains, cases).proportion_ci(0.9, method="exact")
    assert found.interval.low == pytest.approx((2 * among_changed.low - 1) * (losses + gains) / cases, abs=1e-9)
    assert found.interval.high == pytest.approx(of_losses.high - of_gains.low, abs=1e-9)
    assert found.interval.low <= found.estimate <= found.interval.high


@given(changes())
def test_an_answer_that_gets_worse_neither_hides_a_drop_nor_rules_one_out(counts: tuple[int, int, int]) -> None:
    losses, gains, cases = counts
    found = pass_drop(losses, gains, cases).interval
    worse = [pass_drop(losses + 1, gains, cases)] if losses + gains < cases else []
    worse += [pass_drop(losses, gains - 1, cases)] if gains else []
    for drop in worse:
        assert (drop.interval.low > 1e-12) >= (found.low > 1e-12)
        assert drop.interval.high >= found.high - 1e-12


@pytest.mark.parametrize(("before", "now"), [(0.06, 0.0), (0.06, 0.01), (0.2, 0.1), (0.02, 0.02), (0.3, 0.1)])
@pytest.mark.parametrize("cases", [20, 60])
def test_a_drop_lies_above_the_upper_bound_in_at_most_one_of_twenty_suites(
    cases: int, before: float, now: float
) -> None:
    """``before`` and ``now`` are the chances of a case to be lost or gained; every outcome is weighed exactly."""
    outcomes = [
        (lost, gained) for lost, gained in itertools.product(range(cases + 1), repeat=2) if lost + gained <= cases
    ]
    counts = [(lost, gained, cases - lost - gained) for lost, gained in outcomes]
    chances = stats.multinomial.pmf(counts, cases, [before, now, 1 - before - now])
    likely = [(outcome, chance) for outcome, chance in zip(outcomes, chances, strict=True) if chance > 1e-7]
    least = before - now - 1e-12
    missed = sum(chance for outcome, chance in likely if pass_drop(*outcome, cases).interval.high < least)
    assert missed <= 0.05


@given(st.integers(1, 5000))
def test_without_any_change_a_drop_may_still_hide(cases: int) -> None:
    found = pass_drop(0, 0, cases)
    assert found.interval.low == found.estimate == 0
    assert found.interval.high == pytest.approx(stats.beta.ppf(0.95, 1, cases), abs=1e-9)


def test_eighty_to_thirty_percent_of_ten_cases_is_seen() -> None:
    assert pass_drop(5, 0, 10).interval.low > 0
    assert pass_drop(4, 0, 10).interval.low < 0


@given(st.lists(st.floats(-1, 1).map(lambda value: round(value, 6)), min_size=2, max_size=60))
def test_score_drop_is_the_paired_t_interval_of_scipy(drops: list[float]) -> None:
    found = score_drop(drops)
    if len(set(drops)) == 1:
        assert found.interval == Interval(drops[0], drops[0])
        assert found.visible == (None if len(drops) == 2 else pytest.approx(0, abs=1e-12))
        return
    before = [max(drop, 0.0) for drop in drops]
    now = [max(-drop, 0.0) for drop in drops]
    expected = stats.ttest_rel(before, now, alternative="two-sided")
    interval = expected.confidence_interval(0.9)
    assert (found.interval.low, found.interval.high) == pytest.approx(
        (max(-1, interval.low), min(1, interval.high)), abs=1e-9
    )
    assert found.chance == pytest.approx(stats.ttest_rel(before, now, alternative="greater").pvalue, abs=1e-9)


def test_one_case_shows_no_spread() -> None:
    assert score_drop([0.4]).interval == Interval(-1.0, 1.0)
    assert score_drop([0.4]).visible is None

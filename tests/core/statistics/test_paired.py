"""The paired drop of passes and scores: its interval, and what so many cases can show."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from promptctl.core.statistics.interval import Interval, bootstrap_interval, t_interval
from promptctl.core.statistics.paired import pass_drop, score_drop, smallest_visible_drop


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
    missed = 0.0
    for losses, gains in itertools.product(range(cases + 1), repeat=2):
        kept = cases - losses - gains
        if kept < 0:
            continue
        chance = stats.multinomial.pmf([losses, gains, kept], cases, [before, now, 1 - before - now])
        if chance > 1e-7 and pass_drop(losses, gains, cases).interval.high < before - now - 1e-12:
            missed += chance
    assert missed <= 0.05


@given(st.integers(1, 5000))
def test_without_any_change_a_drop_may_still_hide(cases: int) -> None:
    found = pass_drop(0, 0, cases)
    assert found.interval.low == found.estimate == 0
    assert found.interval.high == pytest.approx(stats.beta.ppf(0.95, 1, cases), abs=1e-9)


def test_eighty_to_thirty_percent_of_ten_cases_is_seen() -> None:
    assert pass_drop(5, 0, 10).interval.low > 0
    assert pass_drop(4, 0, 10).interval.low < 0


@given(changes())
def test_the_smallest_visible_drop_is_where_the_interval_leaves_zero(counts: tuple[int, int, int]) -> None:
    _, gains, cases = counts
    visible = smallest_visible_drop(gains, cases)
    if visible is None:
        assert cases == gains or pass_drop(cases - gains, gains, cases).interval.low <= 1e-9
        return
    losses = round(visible * cases) + gains
    assert pass_drop(losses, gains, cases).interval.low > 0
    assert losses == 1 or pass_drop(losses - 1, gains, cases).interval.low <= 1e-9


@pytest.mark.parametrize(
    ("gains", "cases", "visible"), [(0, 4, None), (0, 5, 1.0), (0, 20, 0.25), (1, 20, 0.3), (0, 100, 0.05)]
)
def test_smallest_visible_drop(gains: int, cases: int, visible: float | None) -> None:
    assert smallest_visible_drop(gains, cases) == visible


@settings(max_examples=20)
@given(st.lists(st.floats(-1, 1), min_size=2, max_size=40))
def test_score_drop_takes_t_from_thirty_cases_on(drops: list[float]) -> None:
    found = score_drop(drops)
    method = t_interval if len(drops) >= 30 else bootstrap_interval
    assert found.interval == method(drops, 0.9)
    assert found.visible == found.estimate - found.interval.low


def test_one_case_shows_no_spread() -> None:
    assert score_drop([0.4]).interval == Interval(-1.0, 1.0)
    assert score_drop([0.4]).visible is None

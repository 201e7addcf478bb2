"""Corrections for several tests, and what repeats say of further tries, against other ways of getting there."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from promptctl.core.statistics.interval import t_chance, t_interval
from promptctl.core.statistics.multiple import holm
from promptctl.core.statistics.repeats import pass_at_k, pass_hat_k, tries_of
from promptctl.core.statistics.sign_test import fewest_losses, sign_test

KNOWN = [
    ([], []),
    ([0.03], [0.03]),
    ([0.01, 0.02, 0.03, 0.04], [0.04, 0.06, 0.06, 0.06]),
    ([0.04, 0.001, 0.03], [0.06, 0.003, 0.06]),
    ([0.5, 0.9], [1.0, 1.0]),
]
CHANCES = st.lists(st.floats(0, 1), max_size=12)


@pytest.mark.parametrize(("chances", "raised"), KNOWN)
def test_holm(chances: list[float], raised: list[float]) -> None:
    assert holm(chances) == pytest.approx(raised)


@given(CHANCES)
def test_holm_raises_keeps_order_and_is_no_stricter_than_bonferroni(chances: list[float]) -> None:
    raised = holm(chances)
    for chance, found in zip(chances, raised, strict=True):
        assert chance <= found <= min(1.0, chance * len(chances)) + 1e-12
    order = sorted(range(len(chances)), key=chances.__getitem__)
    assert [raised[index] for index in order] == sorted(raised)


@given(st.integers(0, 300), st.integers(0, 300))
def test_the_sign_test_is_that_of_scipy(losses: int, gains: int) -> None:
    if losses + gains:
        one = stats.binomtest(losses, losses + gains, alternative="greater").pvalue
        assert sign_test(losses, gains) == pytest.approx(one, abs=1e-9)
    else:
        assert sign_test(0, 0) == 1.0


@given(st.integers(0, 3000))
def test_the_fewest_losses_are_where_even_odds_become_too_rare(changed: int) -> None:
    found = fewest_losses(changed)
    assert found == min(changed + 1, stats.binom.isf(0.05, changed, 0.5) + 1 if changed else 1)
    assert found > changed or sign_test(found, changed - found) < 0.05
    assert sign_test(found - 1, changed - found + 1) >= 0.05


@given(st.lists(st.floats(-1, 1).map(lambda value: round(value, 3)), min_size=2, max_size=60))
def test_the_chance_of_a_mean_is_that_of_scipy(values: list[float]) -> None:
    if len(set(values)) > 1:
        expected = stats.ttest_1samp(values, 0, alternative="greater").pvalue
        assert t_chance(values) == pytest.approx(expected, abs=1e-9)
        assert (t_chance(values) < 0.05 - 1e-9) <= (t_interval(values, 0.9).low > 0)


@pytest.mark.parametrize(("values", "expected"), [([0.2] * 4, 0.0), ([0.0] * 4, 1.0), ([-0.1] * 4, 1.0)])
def test_values_that_are_all_the_same_leave_nothing_to_chance(values: list[float], expected: float) -> None:
    assert t_chance(values) == expected


@given(st.lists(st.booleans(), min_size=1, max_size=9), st.data())
def test_tries_are_counted_out(outcomes: list[bool], data: st.DataObject) -> None:
    tries = data.draw(st.integers(1, len(outcomes)))
    drawn = list(combinations(outcomes, tries))
    passes = sum(outcomes)
    assert pass_at_k(len(outcomes), passes, tries) == pytest.approx(sum(map(any, drawn)) / len(drawn))
    assert pass_hat_k(len(outcomes), passes, tries) == pytest.approx(sum(map(all, drawn)) / len(drawn))


def counted(cases: list[tuple[int, int]], tries: int) -> tuple[int, float, float]:
    found = tries_of(cases, tries)
    assert found
    return found.count, found.any_passes, found.all_pass


def test_tries_are_means_over_the_cases_that_were_asked_often_enough() -> None:
    assert counted([(3, 3), (3, 0), (3, 2), (2, 2)], 3) == pytest.approx((3, 2 / 3, 1 / 3))
    assert counted([(4, 2)], 2) == pytest.approx((2, 5 / 6, 1 / 6))
    assert tries_of([(1, 1)], 2) is None

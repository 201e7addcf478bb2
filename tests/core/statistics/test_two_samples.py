"""Two samples against scipy and statsmodels, and the laws that intervals keep."""

from __future__ import annotations

import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep

from promptctl.core.statistics.two_samples import (
    Moments,
    mean_difference,
    mean_ratio,
    quantile_ranks,
    share_difference,
)

LEVELS = (0.9, 0.95, 0.99)


def moments(values: list[float]) -> Moments:
    return Moments(len(values), math.fsum(values), math.fsum(value * value for value in values))


def drawn(seed: int, count: int, centre: float) -> list[float]:
    chance = Random(seed)
    return [chance.gauss(centre, 2 + seed % 3) for _ in range(count)]


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("first", [(0, 9), (9, 9), (56, 70), (1, 1), (300, 100_000)])
@pytest.mark.parametrize("second", [(0, 10), (48, 80), (29, 29), (1000, 90_000)])
def test_differences_of_shares_are_newcombe_s(first: tuple[int, int], second: tuple[int, int], level: float) -> None:
    found = share_difference(first, second, level)
    wanted = confint_proportions_2indep(*first, *second, method="newcomb", compare="diff", alpha=1 - level)
    assert found is not None
    assert (found.low, found.high) == pytest.approx(wanted, abs=1e-9)


def test_newcombe_s_own_example() -> None:
    """56/70 - 48/80: table II, method 10."""
    found = share_difference((56, 70), (48, 80))
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (0.0524, 0.3339)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(("first", "second"), [(2, 2), (5, 40), (300, 7)])
def test_differences_of_means_are_welch_s(first: int, second: int, level: float) -> None:
    one, two = drawn(first, first, 10), drawn(second + 1, second, 9)
    found = mean_difference(moments(one), moments(two), level)
    wanted = stats.ttest_ind(one, two, equal_var=False).confidence_interval(level)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high), rel=1e-6)


@pytest.mark.parametrize("level", LEVELS)
def test_a_ratio_s_bounds_are_where_the_test_turns(level: float) -> None:
    """Fieller: r is a bound exactly when first - r * second is at the edge of Student's t."""
    one, two = moments(drawn(1, 40, 12)), moments(drawn(2, 30, 10))
    found = mean_ratio(one, two, level)
    assert found is not None
    assert one.mean is not None
    assert two.mean is not None
    assert one.variance is not None
    assert two.variance is not None
    errors = one.variance / one.count, two.variance / two.count
    degrees = sum(errors) ** 2 / (errors[0] ** 2 / (one.count - 1) + errors[1] ** 2 / (two.count - 1))
    for ratio in (found.low, found.high):
        t = (one.mean - ratio * two.mean) / math.sqrt(errors[0] + ratio * ratio * errors[1])
        assert abs(t) == pytest.approx(stats.t.ppf((1 + level) / 2, degrees), rel=1e-9)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("share", [0.5, 0.95, 0.99])
@pytest.mark.parametrize("count", [10, 60, 999, 1_000_000])
def test_ranks_bound_a_quantile_as_often_as_they_say(count: int, share: float, level: float) -> None:
    found = quantile_ranks(count, share, level)
    low = int(stats.binom.ppf((1 - level) / 2, count, share))
    high = int(stats.binom.ppf((1 + level) / 2, count, share)) + 1
    assert found == ((low, high) if low >= 1 and high <= count else None)
    if found:
        covered = stats.binom.cdf(high - 1, count, share) - stats.binom.cdf(low - 1, count, share)
        assert covered >= level


@pytest.mark.parametrize(
    ("first", "second"),
    [(Moments(0), Moments(9, 9.0, 9.0)), (Moments(1, 2.0, 4.0), Moments(9, 9.0, 9.0)), (Moments(0), Moments(0))],
)
def test_too_few_values_have_no_interval(first: Moments, second: Moments) -> None:
    assert mean_difference(first, second) is None
    assert mean_ratio(first, second) is None


def test_a_share_of_nothing_has_no_difference() -> None:
    assert share_difference((0, 0), (1, 2)) is None
    assert share_difference((1, 2), (0, 0)) is None


def test_a_second_mean_that_may_be_zero_has_no_ratio() -> None:
    assert mean_ratio(moments([1.0, 2.0]), moments([-1.0, 1.0, 0.5])) is None
    assert mean_ratio(moments([1.0, 1.0]), moments([0.0, 0.0])) is None


def test_values_without_spread_have_exact_intervals() -> None:
    found = mean_ratio(moments([3.0] * 4), moments([2.0] * 5))
    assert found is not None
    assert (found.low, found.high) == (1.5, 1.5)
    difference = mean_difference(moments([3.0] * 4), moments([2.0] * 5))
    assert difference is not None
    assert (difference.low, difference.high) == (1.0, 1.0)


@given(st.integers(0, 50), st.integers(1, 50), st.integers(0, 50), st.integers(1, 50))
def test_exchanging_the_samples_turns_the_interval_round(a: int, n: int, b: int, m: int) -> None:
    one, two = (min(a, n), n), (min(b, m), m)
    there, back = share_difference(one, two), share_difference(two, one)
    assert there is not None
    assert back is not None
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))
    assert there.low <= one[0] / n - two[0] / m <= there.high

"""Differences of sides that share no cases, against published and independently computed numbers."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from promptctl.core.statistics.independent import difference_of_means, difference_of_shares, moments_interval
from promptctl.core.statistics.two_samples import Moments


def sums(values: list[float]) -> Moments:
    return Moments(len(values), sum(values), sum(value * value for value in values))


@pytest.mark.parametrize(
    ("now", "trials", "before", "trials_before", "low", "high"),
    [
        # R. G. Newcombe (1998), table II, method 10.
        (56, 70, 48, 80, 0.0524, 0.3339),
        (9, 10, 3, 10, 0.1705, 0.8090),
        (6, 7, 2, 7, 0.0582, 0.8062),
        (5, 56, 0, 29, -0.0381, 0.1926),
        (0, 10, 0, 20, -0.1611, 0.2775),
        (0, 10, 0, 10, -0.2775, 0.2775),
        (10, 10, 0, 20, 0.6791, 1.0000),
        (10, 10, 0, 10, 0.6075, 1.0000),
    ],
)
def test_shares_as_published(now: int, trials: int, before: int, trials_before: int, low: float, high: float) -> None:
    found = difference_of_shares(now, trials, before, trials_before).interval
    assert found is not None
    assert [found.low, found.high] == pytest.approx([low, high], abs=5e-5)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=40), st.lists(st.floats(0, 1), min_size=2, max_size=40))
def test_means_as_welch_has_them(now: list[float], before: list[float]) -> None:
    assume(all(max(side) - min(side) > 1e-3 for side in (now, before)))
    found = difference_of_means(sums(now), sums(before))
    wanted = stats.ttest_ind(now, before, equal_var=False).confidence_interval()
    assert found.interval is not None
    assert [found.interval.low, found.interval.high] == pytest.approx([wanted.low, wanted.high])


def test_few_values() -> None:
    assert difference_of_means(sums([1.0]), sums([0.0, 1.0])).interval is None
    assert moments_interval(sums([0.3])) is None
    same = difference_of_means(sums([0.1] * 9), sums([0.3] * 9))
    assert same.interval is not None
    assert same.interval.low == same.interval.high == pytest.approx(-0.2)


def test_more_calls_show_less() -> None:
    seen = [difference_of_shares(n // 2, n, n // 2, n).visible or 0 for n in (10, 100, 1000)]
    assert seen == sorted(seen, reverse=True)
    # Two samples of 1,000 and a half: (1.96 + 0.84) x sqrt(2 x 0.25 / 1000).
    assert seen[-1] == pytest.approx(0.0626, abs=2e-4)

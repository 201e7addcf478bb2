"""Quantiles and intervals of one estimate, against SciPy and published values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from promptctl.core.statistics.incomplete_beta import incomplete_beta, inverse_incomplete_beta
from promptctl.core.statistics.interval import (
    Interval,
    clopper_pearson,
    mean,
    mean_interval,
    percentile_95,
    student_t_quantile,
    t_interval,
    wilson,
)

EXACT = 1e-9
SHAPES = st.floats(0.5, 2000)
PROBABILITIES = st.floats(0.001, 0.999)


@given(SHAPES, SHAPES, st.floats(0, 1))
def test_incomplete_beta_is_that_of_scipy(a: float, b: float, x: float) -> None:
    assert incomplete_beta(a, b, x) == pytest.approx(special.betainc(a, b, x), abs=EXACT)


@given(SHAPES, SHAPES, PROBABILITIES)
def test_inverse_incomplete_beta_is_that_of_scipy(a: float, b: float, probability: float) -> None:
    found = inverse_incomplete_beta(a, b, probability)
    assert found == pytest.approx(special.betaincinv(a, b, probability), abs=EXACT)


@given(PROBABILITIES, st.integers(1, 100_000))
def test_student_t_quantile_is_that_of_scipy(probability: float, degrees: int) -> None:
    expected = stats.t.ppf(probability, degrees)
    assert student_t_quantile(probability, degrees) == pytest.approx(expected, rel=EXACT, abs=EXACT)


@pytest.mark.parametrize(
    ("degrees", "table"), [(1, 12.706), (2, 4.303), (10, 2.228), (29, 2.045), (30, 2.042), (120, 1.980)]
)
def test_student_t_quantile_is_that_of_the_printed_tables(degrees: int, table: float) -> None:
    assert student_t_quantile(0.975, degrees) == pytest.approx(table, abs=5e-4)
    assert student_t_quantile(0.025, degrees) == pytest.approx(-table, abs=5e-4)


@given(st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.sampled_from([0.9, 0.95]))
def test_clopper_pearson_is_that_of_scipy(counts: tuple[int, int], level: float) -> None:
    expected = stats.binomtest(*counts).proportion_ci(level, method="exact")
    found = clopper_pearson(*counts, level)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=EXACT)


@given(st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_is_that_of_scipy_and_within_zero_and_one(counts: tuple[int, int]) -> None:
    expected = stats.binomtest(*counts).proportion_ci(0.95, method="wilson")
    found = wilson(*counts)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=EXACT)
    assert 0 <= found.low <= counts[0] / counts[1] <= found.high <= 1


def test_nothing_seen_says_nothing() -> None:
    assert wilson(0, 0) == Interval(0.0, 1.0)
    assert clopper_pearson(0, 0) == Interval(0.0, 1.0)


@given(st.lists(st.floats(-1, 1), min_size=2, max_size=60).filter(lambda values: len(set(values)) > 1))
def test_t_interval_is_that_of_scipy(values: list[float]) -> None:
    spread = stats.sem(values)
    expected = stats.t.interval(0.9, len(values) - 1, mean(values), spread) if spread > 1e-12 else None
    found = t_interval(values, 0.9)
    if expected is not None:
        assert (found.low, found.high) == pytest.approx(expected, abs=EXACT)
    assert found.low <= found.high


def test_mean_interval_is_students_cut_to_what_can_be() -> None:
    values = [index / 40 for index in range(30)]
    assert mean_interval(values) == t_interval(values)
    assert mean_interval(values[:3]) == t_interval(values[:3])
    assert mean_interval([0.5]) is None
    wide = t_interval([0.0, 1.0, 1.0], 0.95)
    assert wide.low < 0
    assert wide.high > 1
    assert mean_interval([0.0, 1.0, 1.0], least=0.0, most=1.0) == Interval(0.0, 1.0)
    assert mean_interval([0.0, 1.0, 1.0], least=0.0) == Interval(0.0, wide.high)


@pytest.mark.parametrize(
    ("values", "expected"),
    [([3], 3), (range(1, 21), 19), (range(1, 101), 95), (range(1, 102), 96), ([5, 1, 1, 1], 5)],
)
def test_percentile_95(values: list[float], expected: float) -> None:
    assert percentile_95(list(values)) == expected


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=200))
def test_percentile_95_is_numpys_inverted_distribution(values: list[float]) -> None:
    found = percentile_95(values)
    assert sum(value <= found for value in values) * 100 >= 95 * len(values)
    assert sum(value < found for value in values) * 100 < 95 * len(values)

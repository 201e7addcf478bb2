"""Sums over units against numpy and exact fractions: estimates, their errors, and what has none."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptctl.core.experiments.samples import UnitSums, sums_of_quantile
from promptctl.core.statistics.interval import Interval
from tests.unit_sums import sums_of_pairs

VALUES = st.floats(-1000, 1000, allow_nan=False)
NAN, INF = math.nan, math.inf


def exact(pairs: list[tuple[float, float]]) -> tuple[Fraction, Fraction]:
    """The estimate and its variance, in fractions."""
    ys = [Fraction(y) for _, y in pairs]
    total = sum(ys, Fraction())
    ratio = sum((Fraction(x) for x, _ in pairs), Fraction()) / total
    spread = sum(((Fraction(x) - ratio * Fraction(y)) ** 2 for x, y in pairs), Fraction())
    return ratio, spread / (total * total) * Fraction(len(pairs), len(pairs) - 1)


def test_a_mean_s_error_is_s_over_root_n() -> None:
    values = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0]
    sums = sums_of_pairs([(value, 1.0) for value in values])
    assert sums.estimate == pytest.approx(np.mean(values), rel=1e-15)
    assert sums.variance == pytest.approx(np.var(values, ddof=1) / 6, rel=1e-12)


@given(st.lists(st.tuples(VALUES, st.floats(0.1, 50)), min_size=2, max_size=30), st.sampled_from([0.0, None]))
def test_sums_give_what_fractions_give(pairs: list[tuple[float, float]], about: float | None) -> None:
    sums, (ratio, variance) = sums_of_pairs(pairs, about), exact(pairs)
    assert sums.estimate == pytest.approx(float(ratio), rel=1e-9, abs=1e-9)
    scale = float(max(x * x for x, _ in pairs)) / float(min(y for _, y in pairs)) ** 2
    assert sums.variance == pytest.approx(float(variance), rel=1e-9, abs=1e-11 * scale + 1e-300)


@settings(max_examples=15)
@given(st.lists(st.integers(0, 10), min_size=2, max_size=50), st.sampled_from([1e3, 1e6, 1e9]))
def test_what_is_large_beside_its_spread_is_not_lost(steps: list[int], level: float) -> None:
    """Sums about the estimate keep what sums of squares of 1e9 cannot hold, also of ratios."""
    pairs = [(level * calls + step, float(calls)) for calls, step in enumerate(steps, 1)]
    _, variance = exact(pairs)
    assert sums_of_pairs(pairs).variance == pytest.approx(float(variance), rel=1e-6, abs=1e-9)
    assert sums_of_pairs([(level + step, 1.0) for step in steps]).variance == pytest.approx(
        np.var(steps, ddof=1) / len(steps), rel=1e-6, abs=1e-9
    )


def test_sums_of_squares_that_rounding_has_eaten_say_that_nothing_differs() -> None:
    """Never a variance that is noise, never a negative one."""
    sums = sums_of_pairs([(1e9 + step, 1.0) for step in (0.0, 0.1, 0.2)], about=0.0)
    assert sums.variance == 0.0
    assert sums_of_pairs([(1e9 + step, 1.0) for step in (0.0, 0.1, 0.2)]).variance == pytest.approx(0.01 / 3, rel=1e-5)


@pytest.mark.parametrize(
    "sums",
    [
        UnitSums(0, 0.0, 0.0, 0.0, 0.0, 0.0),
        UnitSums(3, 1.0, 0.0, 1.0, 0.0, 0.0),
        UnitSums(3, NAN, 3.0, 1.0, 3.0, 1.0),
        UnitSums(3, INF, 3.0, INF, 3.0, INF),
        UnitSums(3, 1.0, 3.0, 1.0, 3.0, 1.0, about=NAN),
    ],
)
def test_what_is_no_number_has_no_estimate(sums: UnitSums) -> None:
    assert (sums.estimate, sums.variance) == (None, None)


def test_one_unit_has_an_estimate_without_an_error() -> None:
    sums = sums_of_pairs([(3.0, 2.0)])
    assert (sums.estimate, sums.variance) == (1.5, None)


def test_equal_units_have_no_spread() -> None:
    assert sums_of_pairs([(0.3 * calls, float(calls)) for calls in range(1, 40)]).variance == 0.0
    assert UnitSums(3, 0.3, 3.0, 0.03, 3.0, 0.3).variance == 0.0


def test_a_quantile_has_the_error_that_its_bounds_say() -> None:
    below = sums_of_pairs([(float(unit % 7 % 3), 2.0) for unit in range(90)])
    sums = sums_of_quantile(below, 300.0, Interval(280.0, 330.0), 1.96)
    assert sums.estimate == 300.0
    assert sums.variance == pytest.approx((50 / 2 / 1.96) ** 2, rel=1e-9)


def test_a_quantile_between_equal_values_has_no_spread() -> None:
    below = sums_of_pairs([(float(unit % 7 % 3), 2.0) for unit in range(90)])
    assert sums_of_quantile(below, 300.0, Interval(300.0, 300.0), 1.96).variance == 0.0

"""Always-valid intervals of two arms: their formula, and what they say where a plain error would mislead."""

from __future__ import annotations

import math

import pytest
from scipy.optimize import minimize_scalar

from promptctl.core.experiments.always_valid import AlwaysValid, always_valid
from promptctl.core.experiments.samples import UnitSums, together
from promptctl.core.statistics.confidence_sequence import anytime_chance, confidence_sequence, errors_wide
from tests.unit_sums import sums_of_pairs, sums_of_values


def shares(hits: int, units: int) -> UnitSums:
    return sums_of_values(units, hits, hits)


def half(units: float, alpha: float, rho: float) -> float:
    """The published half width, of values with variance 1."""
    grown = units * rho * rho
    return math.sqrt(2 * (grown + 1) / (units * units * rho * rho) * math.log(math.sqrt(grown + 1) / alpha))


@pytest.mark.parametrize("alpha", [0.05, 0.01, 0.001])
@pytest.mark.parametrize("planned", [100, 20_000])
def test_the_width_is_the_published_one_at_its_best_rho(alpha: float, planned: int) -> None:
    rho = math.exp(
        minimize_scalar(lambda log: half(planned, alpha, math.exp(log)), bounds=(-12, 4), options={"xatol": 1e-10}).x
    )
    for units in (10, planned, 30 * planned):
        wanted = half(units, alpha, rho) * math.sqrt(units)
        assert errors_wide(units, alpha, planned) == pytest.approx(wanted, rel=1e-5)


def test_it_is_wider_than_one_look_and_widest_early() -> None:
    widths = [errors_wide(units, 0.05, 1000) for units in (2, 10, 100, 1000, 10_000, 10**7)]
    assert min(widths) > 2.5
    assert widths[:4] == sorted(widths[:4], reverse=True)
    assert widths[-1] > widths[-2]
    assert errors_wide(1000, 0.05, 1000) == pytest.approx(3.03, abs=0.01)


@pytest.mark.parametrize("alpha", [0.05, 0.001])
@pytest.mark.parametrize("units", [40, 1000, 90_000])
def test_the_chance_is_alpha_where_the_interval_begins_to_leave_zero_out(units: int, alpha: float) -> None:
    edge = errors_wide(units, alpha, 1000)
    assert anytime_chance(edge, units, alpha, 1000) == pytest.approx(alpha, rel=1e-9)
    assert anytime_chance(-edge - 0.01, units, alpha, 1000) < alpha < anytime_chance(edge - 0.01, units, alpha, 1000)
    assert anytime_chance(0.0, units, alpha, 1000) == 1.0


def test_without_spread_nothing_is_said() -> None:
    assert confidence_sequence(0.1, 0.0, 100, 0.05, 1000) is None
    assert confidence_sequence(math.nan, 1.0, 100, 0.05, 1000) is None
    assert confidence_sequence(0.1, math.inf, 100, 0.05, 1000) is None
    nothing = AlwaysValid()
    assert always_valid(shares(0, 0), shares(3, 9), 0.05, 100) == nothing
    assert always_valid(shares(1, 1), shares(3, 900), 0.05, 100) == nothing
    assert always_valid(shares(0, 900), shares(0, 800), 0.05, 100) == nothing


def test_few_units_that_are_alike_do_not_know_their_spread() -> None:
    """Three units without an error where 5 % err: no improvement, though their own variance is 0."""
    found = always_valid(shares(100, 2000), shares(0, 3), 0.05, 2000).difference
    assert found is not None
    assert found.low < 0 < found.high


def test_arms_that_differ_in_every_unit_are_told_apart() -> None:
    """None of one fails and all of the other: both variances are 0, and it is harm."""
    found = always_valid(shares(0, 950), shares(50, 50), 0.02, 5000).difference
    assert found is not None
    assert found.low > 0.5


def test_relative_intervals_hold_the_ratios_that_differences_allow() -> None:
    control = sums_of_pairs([(float(unit % 7 + 20), 2.0) for unit in range(400)])
    treatment = sums_of_pairs([(float(unit % 5 + 26), 2.0) for unit in range(300)])
    found = always_valid(control, treatment, 0.05, 1000)
    assert found.relative is not None
    assert found.difference is not None
    assert control.estimate is not None
    assert 0 < found.relative.low < found.relative.high
    low, high = (bound / control.estimate for bound in (found.difference.low, found.difference.high))
    assert (found.relative.low, found.relative.high) == pytest.approx((low, high), abs=0.01)


def test_a_control_that_may_be_zero_has_no_relative_interval() -> None:
    found = always_valid(shares(3, 1000), shares(9, 1000), 0.05, 1000)
    assert found.relative is None
    assert found.difference is not None
    minus = sums_of_pairs([(-1.0 - unit % 3, 1.0) for unit in range(50)])
    assert always_valid(minus, minus, 0.05, 100).relative is None


def test_units_together_are_as_if_they_had_been_summed_at_once() -> None:
    one = [(1e9 + unit % 5, 1.0 + unit % 2) for unit in range(20)]
    two = [(1e9 + unit % 3, 2.0) for unit in range(30)]
    found, wanted = together(sums_of_pairs(one), sums_of_pairs(two)), sums_of_pairs(one + two)
    assert found.estimate == pytest.approx(wanted.estimate, rel=1e-15)
    assert found.variance == pytest.approx(wanted.variance, rel=1e-9)

"""Samples and power against statsmodels, tea-tasting and multivariate normals, and the laws that they keep."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest
import tea_tasting as tt
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.power import TTestIndPower
from statsmodels.stats.proportion import power_proportions_2indep, samplesize_proportions_2indep_onetail
from tea_tasting.aggr import Aggregates

from promptctl.core.experiments.sample_size import PlannedTest, power_at, units_needed, visible_effect
from promptctl.core.statistics.group_sequential import inflation
from promptctl.errors import UsageError
from tests.unit_sums import sums_of_pairs

SHARE = PlannedTest(kind="proportion", baseline=0.6, effect=0.02, shares=(50, 50))
MEAN = PlannedTest(kind="mean", baseline=5.0, effect=0.1, variance=1.0, shares=(1, 1))


@pytest.mark.parametrize("power", [0.8, 0.95])
@pytest.mark.parametrize("alpha", [0.05, 0.01])
@pytest.mark.parametrize("effect", [0.02, 0.1, 0.5, 1.0])
def test_means_need_what_statsmodels_says(effect: float, alpha: float, power: float) -> None:
    test = replace(MEAN, effect=effect, alpha=alpha)
    wanted = 2 * TTestIndPower().solve_power(effect, None, alpha, power, 1.0)
    assert wanted <= units_needed(test, power) <= wanted + 2
    assert power_at(test, wanted) == pytest.approx(power, abs=2e-3)


@pytest.mark.parametrize("ratio", [0.2, 3.0])
def test_uneven_arms_need_what_statsmodels_says(ratio: float) -> None:
    """Within a thousandth: statsmodels pools the degrees of freedom."""
    wanted = (1 + ratio) * TTestIndPower().solve_power(0.1, None, 0.05, 0.9, ratio)
    assert units_needed(replace(MEAN, shares=(1, ratio)), 0.9) == pytest.approx(wanted, rel=1e-3)


def test_ratios_need_what_tea_tasting_says() -> None:
    """From the spread of units that were seen, by the delta method."""
    pairs = [(float(unit % 11 * calls), float(calls)) for unit in range(300) for calls in (1, 2, 5)]
    sums = sums_of_pairs(pairs)
    assert sums.estimate is not None
    assert sums.variance is not None
    test = PlannedTest(
        kind="ratio", baseline=sums.estimate, effect=0.4, variance=sums.variance * sums.units, shares=(1, 1)
    )
    x, y = zip(*pairs, strict=True)
    count, mean = len(pairs), (sum(x) / len(x), sum(y) / len(y))
    var = [sum((it - centre) ** 2 for it in side) / (count - 1) for side, centre in zip((x, y), mean, strict=True)]
    cov = sum((a - mean[0]) * (b - mean[1]) for a, b in pairs) / (count - 1)
    aggregates = Aggregates(count, {"x": mean[0], "y": mean[1]}, {"x": var[0], "y": var[1]}, {("x", "y"): cov})
    metric = tt.RatioOfMeans("x", "y", alpha=0.05, power=0.8, effect_size=0.4)
    wanted = metric.solve_power_from_aggregates(aggregates, "n_obs")[0].n_obs
    assert units_needed(test, 0.8) == pytest.approx(wanted, abs=2)


@pytest.mark.parametrize(("baseline", "effect"), [(0.6, 0.02), (0.1, -0.02), (0.01, 0.005), (0.5, 0.2)])
def test_shares_need_what_statsmodels_says(baseline: float, effect: float) -> None:
    test = replace(SHARE, baseline=baseline, effect=effect)
    side = "larger" if effect > 0 else "smaller"
    wanted = 2 * samplesize_proportions_2indep_onetail(effect, baseline, 0.8, 1, 0.025, alternative=side)
    units = units_needed(test, 0.8)
    assert wanted <= units <= wanted + 2
    assert power_at(test, units) == pytest.approx(power_proportions_2indep(effect, baseline, units / 2).power, abs=1e-9)


@pytest.mark.parametrize("looks", [2, 4, 10])
def test_looks_cost_their_inflation_and_no_power(looks: int) -> None:
    fractions = [look / looks for look in range(1, looks + 1)]
    for single in (SHARE, MEAN):
        test = replace(single, looks=looks)
        units = units_needed(test, 0.8)
        assert units == pytest.approx(units_needed(single, 0.8) * inflation(fractions, 0.05, 0.8), rel=1e-3)
        assert power_at(test, units) == pytest.approx(0.8, abs=1e-3)
        assert power_at(test, units) < power_at(single, units)


def test_of_several_treatments_the_smallest_decides() -> None:
    three = replace(SHARE, shares=(50, 30, 20), alpha=0.025)
    pair = replace(SHARE, shares=(50, 20), alpha=0.025)
    assert units_needed(three, 0.8) == pytest.approx(units_needed(pair, 0.8) / 0.7, rel=1e-3)


@settings(max_examples=10)
@given(
    st.floats(0.05, 0.9),
    st.floats(0.005, 0.1),
    st.sampled_from([1, 3]),
    st.sampled_from([(50, 50), (90, 10), (40, 30, 30)]),
    st.booleans(),
)
def test_what_is_needed_is_what_shows(
    baseline: float, effect: float, looks: int, shares: tuple[float, ...], share: bool
) -> None:
    """The sample for an effect shows that effect, and one that shows more than half of it is larger."""
    kind = SHARE if share else replace(MEAN, variance=baseline)
    test = replace(kind, baseline=baseline, effect=effect, looks=looks, shares=shares)
    units = units_needed(test, 0.8)
    assert visible_effect(test, units, 0.8) == pytest.approx(effect, rel=0.02)
    assert units_needed(replace(test, effect=effect / 2), 0.8) > units
    assert power_at(test, 2 * units) > power_at(test, units)


def test_tiny_levels_need_more_units() -> None:
    for single in (SHARE, MEAN):
        needed = [units_needed(replace(single, alpha=alpha, looks=3), 0.8) for alpha in (0.05, 1e-9, 1e-30)]
        assert needed == sorted(needed)


def test_few_units_show_nothing() -> None:
    assert power_at(SHARE, 3) == 0.0
    assert visible_effect(SHARE, 3, 0.8) is None
    assert visible_effect(replace(MEAN, variance=None), 1000, 0.8) is None
    assert power_at(replace(SHARE, baseline=0.0, effect=1.0), 40) == 1.0


@pytest.mark.parametrize(
    ("test", "message"),
    [
        (replace(SHARE, effect=0.0), "effect of 0"),
        (replace(SHARE, baseline=0.95, effect=0.1), "cannot change by +0.1"),
        (replace(SHARE, baseline=0.05, effect=-0.1), "cannot change by -0.1"),
        (replace(MEAN, effect=math.nan), "effect of 0"),
        (replace(MEAN, variance=None), "without a spread"),
        (replace(MEAN, variance=0.0), "without a spread"),
        (replace(MEAN, effect=1e-9), "more than 1e+12 units"),
    ],
)
def test_questions_without_an_answer(test: PlannedTest, message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)) as caught:
        units_needed(test, 0.8)
    assert caught.value.problems[0].code == "PC264"

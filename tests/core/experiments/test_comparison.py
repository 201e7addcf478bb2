"""Comparisons against scipy, statsmodels and tea-tasting on the units themselves, and what is never said."""

from __future__ import annotations

import dataclasses
import math
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import tea_tasting as tt
from hypothesis import given
from hypothesis import strategies as st
from pandas import DataFrame
from scipy import stats
from statsmodels.stats.proportion import proportions_ztest

from promptctl.core.experiments.comparison import Comparison, compare, sample_ratio
from promptctl.core.experiments.samples import UnitSums
from promptctl.core.metrics import Kind
from promptctl.core.statistics.two_samples import Moments, mean_difference, mean_ratio, share_difference
from tests.unit_sums import sums_of_pairs, sums_of_values

KINDS: tuple[Kind, ...] = ("ratio", "mean", "proportion", "quantile")
NAN = math.nan


def shares(hits: int, units: int) -> UnitSums:
    return UnitSums(units, hits, units, hits, units, hits)


def drawn(seed: int, units: int, lift: float) -> tuple[Any, Any]:
    """Calls of units, and a total over each unit's calls that depends on how many they are."""
    generator = np.random.default_rng(seed)
    calls = generator.integers(1, 9, units)
    return generator.gamma(2, lift + 0.1 * calls) * calls, calls


def sums(x: Any, y: Any) -> UnitSums:
    return sums_of_pairs(zip(map(float, x), map(float, y), strict=True))


@pytest.mark.parametrize("alpha", [0.05, 0.01])
def test_ratios_are_tea_tasting_s_on_the_units(alpha: float) -> None:
    """The same delta method and Welch's t; its relative interval is another one (of logarithms)."""
    one, two = drawn(1, 400, 1.0), drawn(2, 250, 1.15)
    found = compare("ratio", sums(*one), sums(*two), alpha)
    rows = [(0, *pair) for pair in zip(*one, strict=True)] + [(1, *pair) for pair in zip(*two, strict=True)]
    metric = tt.RatioOfMeans("x", "y", confidence_level=1 - alpha)
    wanted = tt.Experiment({"it": metric}).analyze(DataFrame(rows, columns=["variant", "x", "y"]))["it"]
    assert found.interval is not None
    assert found.relative_interval is not None
    assert (found.control, found.treatment, found.difference) == pytest.approx(
        (wanted.control, wanted.treatment, wanted.effect_size), rel=1e-12
    )
    assert (found.interval.low, found.interval.high) == pytest.approx(
        (wanted.effect_size_ci_lower, wanted.effect_size_ci_upper), rel=1e-9
    )
    assert found.p == pytest.approx(wanted.pvalue, rel=1e-9)
    assert found.relative == pytest.approx(wanted.rel_effect_size, rel=1e-12)
    assert (found.relative_interval.low, found.relative_interval.high) == pytest.approx(
        (wanted.rel_effect_size_ci_lower, wanted.rel_effect_size_ci_upper), abs=0.01
    )


@pytest.mark.parametrize(("first", "second"), [(2, 2), (5, 40), (300, 7)])
def test_means_are_scipy_s_welch(first: int, second: int) -> None:
    one, two = drawn(first, first, 1.0)[0], drawn(second + 1, second, 1.5)[0]
    found = compare("mean", sums(one, np.ones(first)), sums(two, np.ones(second)), 0.05)
    wanted = stats.ttest_ind(two, one, equal_var=False)
    bounds = wanted.confidence_interval(0.95)
    assert found.interval is not None
    assert found.p == pytest.approx(wanted.pvalue, rel=1e-9)
    assert (found.interval.low, found.interval.high) == pytest.approx((bounds.low, bounds.high), rel=1e-9)
    assert found.statistic is not None
    assert 2 * stats.norm.sf(abs(found.statistic)) == pytest.approx(wanted.pvalue, rel=1e-9)
    assert math.copysign(1, found.statistic) == math.copysign(1, wanted.statistic)


def test_means_agree_with_the_intervals_of_reports() -> None:
    """The same Welch and Fieller as where two versions are compared, by another road."""
    one, two = drawn(3, 60, 1.0)[0], drawn(4, 50, 1.2)[0]
    found = compare("mean", sums(one, np.ones(60)), sums(two, np.ones(50)), 0.05)
    sides = [Moments(len(it), float(it.sum()), float((it * it).sum())) for it in (two, one)]
    difference, ratio = mean_difference(sides[0], sides[1]), mean_ratio(sides[0], sides[1])
    assert difference is not None
    assert ratio is not None
    assert found.interval is not None
    assert found.relative_interval is not None
    assert (found.interval.low, found.interval.high) == pytest.approx((difference.low, difference.high), rel=1e-9)
    assert found.relative_interval.low == pytest.approx(ratio.low - 1, abs=1e-9)
    assert found.relative_interval.high == pytest.approx(ratio.high - 1, abs=1e-9)


@pytest.mark.parametrize(
    ("one", "two"), [((300, 1000), (390, 1100)), ((50, 100), (50, 100)), ((9000, 100_000), (9400, 100_100))]
)
def test_shares_are_statsmodels_z(one: tuple[int, int], two: tuple[int, int]) -> None:
    found = compare("proportion", shares(*one), shares(*two), 0.05)
    statistic, p = proportions_ztest([two[0], one[0]], [two[1], one[1]])
    assert found.test == "two-proportion z"
    assert found.p == pytest.approx(p, rel=1e-9)
    assert found.statistic == pytest.approx(statistic, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize(
    ("one", "two", "test"),
    [
        ((1, 20), (6, 30), "Boschloo's exact test"),
        ((0, 9), (9, 9), "Boschloo's exact test"),
        ((0, 4000), (7, 4100), "Fisher's exact test"),
        ((4000, 4000), (4090, 4100), "Fisher's exact test"),
    ],
)
def test_few_hits_are_tested_exactly(one: tuple[int, int], two: tuple[int, int], test: str) -> None:
    found = compare("proportion", shares(*one), shares(*two), 0.05)
    table = [[two[0], one[0]], [two[1] - two[0], one[1] - one[0]]]
    exact = stats.boschloo_exact if test.startswith("Boschloo") else stats.fisher_exact
    assert found.test == test
    assert found.p == pytest.approx(exact(table).pvalue, rel=1e-9)
    assert found.interval == share_difference(two, one)
    assert found.relative_interval is None


NOTHING: list[tuple[str, UnitSums, UnitSums]] = [
    ("no units", shares(0, 0), shares(3, 9)),
    ("no units on the other side", shares(3, 9), shares(0, 0)),
    ("one unit", shares(1, 1), shares(0, 900)),
    ("one unit on the other side", shares(0, 900), shares(1, 1)),
    ("all alike", shares(0, 900), shares(0, 800)),
    ("all alike and full", shares(900, 900), shares(800, 800)),
    ("not a number", UnitSums(9, NAN, 9, 3, 9, 3), shares(3, 9)),
    ("without end", UnitSums(9, 3, 9, math.inf, 9, 3), shares(3, 9)),
    ("no denominators", UnitSums(9, 3, 0, 3, 0, 0), shares(3, 9)),
]


@pytest.mark.parametrize("kind", ["ratio", "mean", "proportion", "quantile"])
@pytest.mark.parametrize(("control", "treatment"), [case[1:] for case in NOTHING], ids=[case[0] for case in NOTHING])
def test_what_cannot_be_known_is_not_said(kind: Kind, control: UnitSums, treatment: UnitSums) -> None:
    found = compare(kind, control, treatment, 0.05)
    assert (found.p, found.statistic, found.interval, found.relative_interval, found.error) == (None,) * 5
    assert not any(isinstance(value, float) and math.isnan(value) for value in dataclasses.astuple(found))


def test_sides_without_spread_are_not_compared() -> None:
    """However far apart: 50 times 2 and 50 times 3."""
    found = compare("mean", sums_of_values(50, 100.0, 200.0), sums_of_values(50, 150.0, 450.0), 0.05)
    assert (found.difference, found.relative, found.p, found.interval) == (1.0, 0.5, None, None)


@given(
    st.lists(st.tuples(st.floats(-1e6, 1e6), st.integers(1, 20)), max_size=12),
    st.lists(st.tuples(st.floats(-1e-6, 1e-6), st.integers(1, 20)), max_size=12),
    st.sampled_from(["ratio", "mean", "quantile"]),
)
def test_nothing_is_ever_nan(one: list[tuple[float, int]], two: list[tuple[float, int]], kind: Kind) -> None:
    found = compare(kind, sums_of_pairs(one), sums_of_pairs(two), 0.05)
    numbers = [found.difference, found.relative, found.statistic, found.error, found.p]
    for interval in (found.interval, found.relative_interval):
        if interval:
            assert interval.low <= interval.high
            numbers += [interval.low, interval.high]
    assert all(number is None or math.isfinite(number) for number in numbers)
    assert (found.p is None) == (found.interval is None) == (found.statistic is None)


def excludes(found: Comparison) -> tuple[bool, bool | None]:
    assert found.interval is not None
    relative = found.relative_interval
    outside = None if relative is None else not relative.low <= 0 <= relative.high
    return not found.interval.low <= 0 <= found.interval.high, outside


@given(st.integers(30, 400), st.integers(30, 400), st.integers(0, 2**32 - 1), st.sampled_from([0.05, 0.01]))
def test_intervals_leave_zero_out_where_p_is_small(n: int, m: int, seed: int, alpha: float) -> None:
    """Of differences and of ratios, for shares, means and ratios: nothing in a report contradicts something else."""
    generator = np.random.default_rng(seed)
    one, two = shares(int(generator.binomial(n, 0.5)), n), shares(int(generator.binomial(m, 0.6)), m)
    ratios = sums(*drawn(seed % 1000, n, 1.0)), sums(*drawn(seed % 999, m, 1.2))
    for found in (compare("proportion", one, two, alpha), compare("ratio", *ratios, alpha)):
        assert found.p is not None
        outside, relative = excludes(found)
        assert outside == (found.p < alpha)
        assert relative is None or relative == outside
        assert found.statistic is not None
        assert found.error is not None
        assert found.statistic * found.error == pytest.approx(found.difference, abs=1e-12)


@pytest.mark.parametrize("kind", ["ratio", "mean", "proportion"])
def test_a_level_that_no_float_tells_from_1_has_an_interval(kind: Kind) -> None:
    found = compare(kind, shares(300, 1000), shares(390, 1100), 1e-30)
    assert found.interval is not None
    assert found.interval.low < -0.08
    assert found.p == compare(kind, shares(300, 1000), shares(390, 1100), 0.05).p


@pytest.mark.parametrize(
    ("units", "ratio"),
    [((500, 520), (50, 50)), ((50_000, 51_000), (0.5, 0.5)), ((9000, 1100), (90, 10)), ((3, 30), (1, 1))],
)
def test_sample_ratios_of_two_arms(units: tuple[int, int], ratio: tuple[float, float]) -> None:
    whole, share = sum(units), ratio[1] / sum(ratio)
    if whole < 1000:
        wanted = stats.binomtest(units[1], whole, share).pvalue
    else:
        wanted = stats.chisquare(units, [whole * (1 - share), whole * share]).pvalue
    assert sample_ratio(units, ratio) == pytest.approx(wanted, rel=1e-6)


def test_sample_ratios_of_more_arms() -> None:
    assert sample_ratio((100, 130, 90), (1, 1, 1)) == pytest.approx(stats.chisquare((100, 130, 90)).pvalue, rel=1e-9)
    assert sample_ratio((0, 0, 0), (1, 1, 1)) is None
    assert sample_ratio((5, 0), (100, 0)) is None
    assert sample_ratio((5, 1), (100, 0)) == 0.0
    few = sample_ratio((9, 0, 0), (1, 1, 1))
    assert few == pytest.approx(3 * stats.binomtest(9, 9, 1 / 3).pvalue)


def test_without_the_extra_the_error_names_it() -> None:
    program = (
        "import sys\nsys.modules['tea_tasting'] = None\n"
        "from promptctl.core.experiments.samples import UnitSums\n"
        "from promptctl.core.experiments.comparison import compare\n"
        "from promptctl.errors import UsageError\n"
        "arm = UnitSums(100, 40, 100, 40, 100, 40)\n"
        "try:\n    compare('mean', arm, arm, 0.05)\nexcept UsageError as error:\n    print(error.code, error.hint)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == 'PC058 pip install "git-promptctl[experiments]"\n'

"""The same numbers as statsmodels has."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import DescrStatsW

from promptctl.core.statistics.interval import Interval, clopper_pearson, t_interval, wilson
from promptctl.core.statistics.multiple import holm
from promptctl.core.statistics.paired import pass_drop
from promptctl.core.statistics.sign_test import sign_test

EXACT = 1e-9
COUNTS = st.integers(1, 2000).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials)))


@settings(max_examples=10)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=15))
def test_holm(chances: list[float]) -> None:
    assert holm(chances) == pytest.approx(multipletests(chances, method="holm")[1].tolist(), abs=EXACT)


@pytest.mark.parametrize(("interval", "method"), [(wilson, "wilson"), (clopper_pearson, "beta")])
@given(COUNTS, st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_shares(
    interval: Callable[[int, int, float], Interval], method: str, counts: tuple[int, int], level: float
) -> None:
    found = interval(*counts, level)
    expected = proportion_confint(*counts, alpha=1 - level, method=method)
    assert (found.low, found.high) == pytest.approx(expected, abs=EXACT)


@given(st.integers(0, 200), st.integers(0, 200))
def test_mcnemar(losses: int, gains: int) -> None:
    """Statsmodels gives both sides: they are the two one-sided tests of a symmetric distribution."""
    if losses + gains:
        expected = mcnemar([[1, losses], [gains, 1]], exact=True).pvalue
        assert min(1.0, 2 * min(sign_test(losses, gains), sign_test(gains, losses))) == pytest.approx(
            expected, abs=EXACT
        )


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 400))
def test_the_drop_of_passes_is_mapped_from_the_exact_interval(losses: int, gains: int, kept: int) -> None:
    changed, cases = losses + gains, losses + gains + kept
    if changed:
        low, _ = proportion_confint(losses, changed, alpha=0.1, method="beta")
        assert pass_drop(losses, gains, cases).interval.low == pytest.approx((2 * low - 1) * changed / cases, abs=EXACT)


@given(st.lists(st.floats(-1, 1).map(lambda value: round(value, 6)), min_size=2, max_size=80))
def test_means(values: list[float]) -> None:
    if len(set(values)) > 1:
        found = t_interval(values, 0.9)
        assert (found.low, found.high) == pytest.approx(DescrStatsW(values).tconfint_mean(alpha=0.1), abs=EXACT)

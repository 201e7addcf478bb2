"""Seeded simulations of the 95th percentile of calls whose units are slow or quick as a whole."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from promptctl.core.experiments.always_valid import always_valid
from promptctl.core.experiments.comparison import compare
from promptctl.core.experiments.quantile_places import Places, quantile_sums
from promptctl.core.experiments.samples import UnitSums
from tests.core.statistics.simulated import is_at_most

SHARE, ALPHA = 0.95, 0.05


def latencies(generator: Any, units: int) -> list[Any]:
    """The calls of each unit: half of what makes them slow is the unit's own."""
    own = generator.normal(0, 0.5, units)
    return [
        generator.lognormal(level, 0.5, size) for level, size in zip(own, generator.geometric(0.4, units), strict=True)
    ]


def sums(calls: list[Any]) -> UnitSums | None:
    """What an engine would have counted."""
    ordered = np.sort(np.concatenate(calls))
    places = Places(len(ordered), SHARE)
    quantile = ordered[places.middle - 1]
    hits, sizes = np.array([(np.count_nonzero(unit <= quantile), len(unit)) for unit in calls], dtype=float).T
    below = UnitSums(
        len(calls), hits.sum(), sizes.sum(), (hits * hits).sum(), (sizes * sizes).sum(), (hits * sizes).sum()
    )
    return quantile_sums(places, {rank: float(ordered[rank - 1]) for rank in places.ranks}, below)


@pytest.mark.parametrize(("runs", "looks"), [(6, 3), pytest.param(1500, 10, marks=pytest.mark.long)])
def test_equal_latencies_are_called_different_as_rarely_as_is_said(runs: int, looks: int) -> None:
    generator = np.random.default_rng(26)
    once = always = 0
    for _ in range(runs):
        arms = [latencies(generator, 100 * looks) for _ in "ab"]
        outside = False
        for look in range(1, looks + 1):
            control, treatment = (sums(arm[: 100 * look]) for arm in arms)
            if control is None or treatment is None:
                continue
            found = always_valid(control, treatment, ALPHA, 200 * looks).difference
            outside |= found is not None and not found.low <= 0 <= found.high
            p = compare("quantile", control, treatment, ALPHA).p
        once += p is not None and p < ALPHA
        always += outside
    print(f"\nequal latencies, p95, {runs} runs: once {once / runs:.4f}, always {always / runs:.4f}")
    assert is_at_most(once, runs, ALPHA * 1.15)
    assert is_at_most(always, runs, ALPHA)

"""The error of a quantile over clusters, from few ordered values, against what many samples show."""

from __future__ import annotations

import math
import random
from statistics import fmean, stdev

import pytest

from promptctl.core.experiments.quantile_places import Places, quantile_sums
from promptctl.core.experiments.samples import UnitSums
from tests.unit_sums import sums_of_pairs


def sample(chance: random.Random, units: int, calls: int) -> list[list[float]]:
    """Latencies of units that are slow or fast by themselves: calls of one unit are alike."""
    made = []
    for _ in range(units):
        own = chance.gauss(0, 0.8)
        made.append([math.exp(6 + own + chance.gauss(0, 0.4)) for _ in range(calls)])
    return made


def quantile(units: list[list[float]], share: float) -> UnitSums | None:
    ordered = sorted(it for calls in units for it in calls)
    places = Places(len(ordered), share)
    limit = ordered[places.middle - 1]
    below = sums_of_pairs([(sum(it <= limit for it in calls), len(calls)) for calls in units], about=0.0)
    return quantile_sums(places, {rank: ordered[rank - 1] for rank in places.ranks}, below)


def test_the_error_is_that_of_units_and_not_of_calls() -> None:
    chance = random.Random(7)
    found = [quantile(sample(chance, 400, 5), 0.95) for _ in range(60)]
    estimates = [it.estimate for it in found if it and it.estimate]
    errors = [math.sqrt(it.variance or 0.0) for it in found if it]
    assert len(estimates) == 60
    assert fmean(errors) == pytest.approx(stdev(estimates), rel=0.2)


def test_the_estimate_is_a_value_that_the_share_does_not_exceed() -> None:
    units = [[float(number)] for number in range(1, 1001)]
    found = quantile(units, 0.95)
    assert found is not None
    assert found.estimate == 950.0
    # Of independent values the share's error is the binomial's, and the density here is one in a thousand.
    assert math.sqrt(found.variance or 0.0) == pytest.approx(1000 * math.sqrt(0.95 * 0.05 / 1000), rel=0.05)


@pytest.mark.parametrize("count", [0, 1, 2, 19, 60])
def test_few_values_bound_no_99th_percentile(count: int) -> None:
    places = Places(count, 0.99)
    assert places.pairs == []
    assert places.ranks == ({places.middle} if count else set())
    assert count == 0 or quantile([[float(number)] for number in range(count)], 0.99) is None


def test_equal_values_have_no_error() -> None:
    found = quantile([[5.0]] * 1000, 0.95)
    assert found is not None
    assert (found.estimate, found.variance) == (5.0, 0.0)

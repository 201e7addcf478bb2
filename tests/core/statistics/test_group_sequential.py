"""Boundaries against published tables, against other integrations of scipy and numpy, and the laws that they keep."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from promptctl.core.statistics.group_sequential import (
    boundary,
    crossing,
    drift_needed,
    inflation,
    power,
    spent,
    stage_wise_chance,
)


def even(count: int) -> list[float]:
    return [look / count for look in range(1, count + 1)]


def joint(fractions: list[float]) -> Any:
    """The correlations of z at these looks."""
    return np.array([[math.sqrt(min(a, b) / max(a, b)) for b in fractions] for a in fractions])


def dense(fractions: list[float], limits: list[float], drift: float = 0.0) -> list[float]:
    """The chance to have crossed up to each look, by Simpson's rule on four hundred even places of z."""
    found, places, weights = [0.0], np.zeros(1), np.ones(1)
    before = 0.0
    for time, limit in zip(fractions, limits, strict=True):
        spread, edge, moved = math.sqrt(time - before), limit * math.sqrt(time), drift * (time - before)
        beyond = stats.norm.sf((edge - places - moved) / spread) + stats.norm.cdf((-edge - places - moved) / spread)
        found.append(found[-1] + float(weights @ beyond))
        grid = np.linspace(-edge, edge, 401)
        simpson = np.ones(401)
        simpson[1:-1:2], simpson[2:-1:2] = 4, 2
        density = stats.norm.pdf(grid[:, None] - places[None, :] - moved, scale=spread) @ weights
        places, weights, before = grid, density * simpson * (grid[1] - grid[0]) / 3, time
    return found[1:]


@pytest.mark.parametrize(
    ("looks", "published"),
    [
        (1, (1.9600,)),
        (2, (2.9626, 1.9686)),
        (3, (3.7103, 2.5114, 1.9930)),
        (4, (4.3326, 2.9631, 2.3590, 2.0141)),
        (5, (4.8769, 3.3570, 2.6803, 2.2898, 2.0310)),
    ],
)
def test_even_looks_have_the_published_boundaries(looks: int, published: tuple[float, ...]) -> None:
    """Those of the R packages gsDesign (sfLDOF, alpha 0.025 a side) and rpact (asOF), which print four digits."""
    assert boundary(even(looks), 0.05) == pytest.approx(published, abs=1e-4)


@pytest.mark.parametrize(
    ("fractions", "alpha", "published", "spending"),
    [
        (
            (0.15, 0.25, 0.8, 1.0),
            0.025,
            (6.3431527, 4.8600403, 2.560259, 2.292451),
            (2.2511015e-10, 1.1742122e-06, 0.01045986, 0.025),
        ),
        (
            (0.15, 0.4, 0.8, 1.0),
            0.025,
            (6.3431527, 3.7800251, 2.5620799, 2.2927506),
            (2.2511015e-10, 0.00015681311, 0.010459859, 0.025),
        ),
    ],
)
def test_uneven_looks_have_the_published_boundaries(
    fractions: tuple[float, ...], alpha: float, published: tuple[float, ...], spending: tuple[float, ...]
) -> None:
    """Two-sided asOF designs with futility that does not bind, from the R package rpact's own tests
    (tests/testthat/test-f_design_group_sequential_beta_spending.R, 2023), whose search ends at about 1e-4."""
    assert boundary(fractions, alpha) == pytest.approx(published, abs=1e-4)
    assert [spent(fraction, alpha) for fraction in fractions] == pytest.approx(spending, rel=1e-5)


def test_looks_at_a_tenth_and_a_third_have_the_published_chances() -> None:
    """What the R package ldbounds prints for bounds(c(0.1, 0.33, 1), iuse = c(1, 1), alpha = c(0.025, 0.025))."""
    limits = boundary((0.1, 0.33, 1.0), 0.05)
    assert limits == pytest.approx((6.9913, 3.7308, 1.9605), abs=2e-4)
    assert np.cumsum(crossing((0.1, 0.33, 1.0), limits)) == pytest.approx((2.7227e-12, 1.9097e-4, 0.05), rel=1e-4)


UNEVEN = [
    [0.5, 0.51, 1.0],
    [0.05, 0.3, 0.31, 0.9],
    [0.2, 0.4, 0.7, 1.3],
    [0.3, 0.6, 0.9, 0.99, 1.0],
    [0.1, 0.11, 0.12, 0.5, 0.8, 0.95],
]


@pytest.mark.parametrize("fractions", [*map(even, (2, 3, 4, 6, 7, 8, 9, 10)), *UNEVEN], ids=str)
def test_boundaries_spend_what_they_may(fractions: list[float]) -> None:
    """By another integration, so closely that a boundary could not be 1e-4 off: 1e-4 of z is 1e-4 of the chance."""
    limits = list(boundary(fractions, 0.05))
    allowed = [spent(fraction, 0.05) for fraction in fractions]
    assert dense(fractions, limits) == pytest.approx(allowed, rel=1e-5)
    assert np.cumsum(crossing(fractions, limits)) == pytest.approx(allowed, rel=1e-9)


@pytest.mark.parametrize("fractions", [[0.5, 1.0], [0.2, 0.6, 1.0], [0.3, 0.4, 0.9]], ids=str)
@pytest.mark.parametrize("drift", [0.0, 2.8])
def test_chances_are_those_of_the_multivariate_normal(fractions: list[float], drift: float) -> None:
    limits = np.array(boundary(fractions, 0.05))
    centre = drift * np.sqrt(fractions)
    within = stats.multivariate_normal(centre, joint(fractions)).cdf(limits, lower_limit=-limits)
    assert math.fsum(crossing(fractions, limits.tolist(), drift)) == pytest.approx(1 - within, abs=1e-5)


@settings(max_examples=15)
@given(
    st.lists(st.floats(0.01, 1.4), min_size=1, max_size=8, unique_by=lambda fraction: round(fraction, 2)).map(sorted),
    st.sampled_from([0.1, 0.05, 0.01, 0.001]),
)
def test_any_looks_spend_no_more_than_alpha(fractions: list[float], alpha: float) -> None:
    limits = boundary(fractions, alpha)
    assert all(math.isfinite(limit) and limit > 1 for limit in limits)
    assert math.fsum(crossing(fractions, limits)) <= alpha * (1 + 1e-6)
    assert boundary(fractions[:-1], alpha) == limits[:-1]


def test_twenty_looks() -> None:
    limits = list(boundary(even(20), 0.05))
    assert dense(even(20), limits)[-1] == pytest.approx(0.05, rel=1e-6)
    assert limits == sorted(limits, reverse=True)


def test_a_look_beyond_the_plan_gets_nothing_more() -> None:
    limits = boundary((0.5, 1.0, 1.2), 0.05)
    assert limits[:2] == boundary((0.5, 1.0), 0.05)
    assert limits[2] > 30


def test_a_last_look_before_the_plan_s_end_leaves_some_unspent() -> None:
    assert math.fsum(crossing((0.4, 0.8), boundary((0.4, 0.8), 0.05))) == pytest.approx(spent(0.8, 0.05))
    assert spent(0.8, 0.05) < 0.03


def test_the_first_moment_has_a_boundary_that_nothing_reaches() -> None:
    assert boundary((1e-6, 1.0), 0.05) == pytest.approx((38.0, 1.959964), abs=1e-4)


def test_one_look_needs_the_usual_drift() -> None:
    z = stats.norm.ppf
    assert drift_needed((1.0,), 0.05, 0.8) == pytest.approx(z(0.975) + z(0.8), abs=1e-5)
    assert inflation((1.0,), 0.05, 0.8) == 1.0


@pytest.mark.parametrize("wanted", [0.8, 0.9])
@pytest.mark.parametrize("looks", [2, 4, 10])
def test_the_inflated_sample_has_the_wanted_power(looks: int, wanted: float) -> None:
    fractions = even(looks)
    drift = math.sqrt(inflation(fractions, 0.05, wanted)) * drift_needed((1.0,), 0.05, wanted)
    assert dense(fractions, list(boundary(fractions, 0.05)), drift)[-1] == pytest.approx(wanted, abs=1e-6)
    assert power(fractions, 0.05, drift) == pytest.approx(wanted, abs=1e-9)
    assert 1 < inflation(fractions, 0.05, wanted) < 1.06


def test_the_chance_after_stopping_agrees_with_the_boundary() -> None:
    fractions, alpha = (0.3, 0.6, 1.0), 0.05
    limits = boundary(fractions, alpha)
    for look in range(3):
        at = stage_wise_chance(fractions[: look + 1], limits[:look], limits[look])
        assert at == pytest.approx(spent(fractions[look], alpha), rel=1e-6)
        assert stage_wise_chance(fractions[: look + 1], limits[:look], -limits[look] - 0.1) < at
    assert stage_wise_chance(fractions, limits[:2], 0.0) == pytest.approx(1.0)
    assert stage_wise_chance((1.0,), (), 1.959964) == pytest.approx(0.05, abs=1e-7)

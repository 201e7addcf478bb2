"""How long a sample takes: between what was counted, and beyond it by the last pace."""

from __future__ import annotations

import pytest

from promptctl.core.experiments.traffic import Traffic

WEEKS = {1: 100, 7: 400, 14: 600, 28: 800}


@pytest.mark.parametrize(
    ("reach", "units", "days"),
    [
        (WEEKS, 50, 0.5),
        (WEEKS, 100, 1),
        (WEEKS, 250, 4),
        (WEEKS, 700, 21),
        (WEEKS, 900, 35),
        ({1: 10}, 100, 10),
        ({1: 10, 2: 10}, 10, 1),
        ({1: 10, 2: 10}, 11, None),
        ({}, 1, None),
    ],
)
def test_days(reach: dict[int, int], units: int, days: float | None) -> None:
    assert Traffic(reach=reach).days_for(units) == days

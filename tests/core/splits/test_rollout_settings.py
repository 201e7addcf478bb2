from __future__ import annotations

import math
from typing import Any

import pytest

from promptctl.core.splits.rollout import RolloutPlan
from promptctl.core.splits.rollout_settings import told_otherwise
from promptctl.errors import UsageError

NOTHING: dict[str, Any] = {
    "steps": None,
    "requests": None,
    "minutes": None,
    "health": (),
    "unit": None,
    "when": None,
    "shadow": None,
}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("requests", 10**9 + 1),
        ("requests", 10**305),
        ("minutes", 1e12),
        ("minutes", math.inf),
        ("minutes", math.nan),
        ("shadow", math.nan),
        ("shadow", 100.5),
    ],
)
def test_a_number_that_no_rollout_could_go_by(key: str, value: float) -> None:
    with pytest.raises(UsageError, match="a number from 0 to"):
        told_otherwise(RolloutPlan(), **NOTHING | {key: value})


def test_what_is_not_said_stays() -> None:
    assert told_otherwise(RolloutPlan(), **NOTHING) == RolloutPlan()
    assert told_otherwise(RolloutPlan(), **NOTHING | {"requests": 0, "minutes": 0.0}).requests == 0

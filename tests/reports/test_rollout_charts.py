"""Charts of rollouts: shares as moves left them, and findings in units of what is allowed."""

from __future__ import annotations

import pytest

from promptctl.core.splits.health import Finding, finding_of
from promptctl.core.statistics.interval import Interval
from promptctl.reports.rollout_charts import FARTHEST, ShareMove, health_chart, shares_chart


def finding(low: float, high: float, allowed: float = 0.2) -> Finding:
    return Finding(metric="cost", outcome="open", now=1.0, before=1.0, change=Interval(low, high), allowed=allowed)


@pytest.mark.parametrize(
    ("low", "high", "drawn"),
    [
        (-0.1, 0.2, (-0.5, 1.0)),
        (0.0, 9.0, (0.0, FARTHEST)),
        (-9.0, -0.2, (-FARTHEST, -1.0)),
        (1.0, 9.0, (FARTHEST - 0.05, FARTHEST)),
        (-9.0, -1.0, (-FARTHEST, 0.05 - FARTHEST)),
    ],
)
def test_an_interval_is_drawn_as_far_as_the_axis_goes(low: float, high: float, drawn: tuple[float, float]) -> None:
    chart = health_chart([finding(low, high)])
    assert chart
    (value,) = chart[1]["data"]["values"]
    assert (value["low"], value["high"]) == pytest.approx(drawn)


def test_what_nothing_bounds_is_not_drawn() -> None:
    assert health_chart([finding(0.0, 1.0, allowed=0.0)]) is None
    unknown = Finding(metric="cost", outcome="open", now=None, before=None, change=None, allowed=0.2)
    assert health_chart([unknown]) is None
    assert finding_of(unknown.to_dict()) == unknown
    assert finding_of(finding(0.1, 0.3).to_dict()) == finding(0.1, 0.3)


def test_shares_are_drawn_from_the_second_move_on() -> None:
    moves = [
        ShareMove(at=f"2026-11-2{day}T09:00:00Z", action=action, percent=percent, by="Ada")
        for day, (action, percent) in enumerate((("start", 5.0), ("advance", 25.0)))
    ]
    assert shares_chart(moves[:1]) is None
    chart = shares_chart(moves)
    assert chart
    assert [value["percent"] for value in chart[1]["data"]["values"]] == [5.0, 25.0]

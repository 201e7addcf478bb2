"""Charts: every value is in a bar, every bar is inside its axes, and words say the same."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.evals.report import Run
from promptctl.core.statistics.interval import wilson
from promptctl.reports.charts import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Chart, histogram, shares

VALUES = st.lists(st.floats(1e-6, 1e9), min_size=1, max_size=60)


def counted(chart: Chart, side: str) -> int:
    return sum(int(re.findall(r"\d+", bar.says)[0]) for bar in chart.bars if bar.side == side)


@given(VALUES, st.lists(st.floats(0, 1e6), max_size=40))
def test_every_value_is_in_a_bar_inside_the_axes(now: list[float], before: list[float]) -> None:
    chart = histogram("Latency", "milliseconds", now, before)
    assert chart is not None
    assert (counted(chart, "now"), counted(chart, "before")) == (len(now), len(before))
    for bar in chart.bars:
        assert LEFT <= bar.x <= bar.x + bar.width <= WIDTH - RIGHT + 0.1
        assert TOP - 0.1 <= bar.y < bar.y + bar.height <= HEIGHT - BOTTOM + 0.1
    assert len(chart.x_ticks) <= 8
    assert len(chart.y_ticks) <= 6
    assert chart.sentence.startswith("Latency: now median ")


def test_few_very_large_values_share_the_last_bar() -> None:
    chart = histogram("Latency", "ms", [100.0] * 50 + [90_000.0])
    assert chart is not None
    assert chart.x_ticks[-1].text == "more"
    assert len(chart.bars) == 2


@pytest.mark.parametrize("zeros", [19, 40, 1000])
def test_where_nearly_all_are_zero_the_others_are_drawn_too(zeros: int) -> None:
    chart = histogram("Cost", "$", [0.0] * zeros + [0.5])
    assert chart is not None
    assert (counted(chart, "now"), len(chart.bars)) == (zeros + 1, 2)
    assert chart.x_ticks[-1].text != "more"


def test_without_values_nothing_is_drawn() -> None:
    assert histogram("Cost", "$", []) is None
    assert histogram("Cost", "$", [0.0, 0.0]) is None


def test_shares_stand_over_their_runs_with_their_intervals() -> None:
    runs = [
        Run(label=f"1.{n}.0", time="t", cases=10, passed=n, interval=wilson(n, 10), cost=None, latency_p95=None)
        for n in range(10)
    ]
    chart = shares("Passing cases", runs)
    assert chart is not None
    assert [point.x for point in chart.points] == sorted(point.x for point in chart.points)
    assert all(point.high <= point.y <= point.low for point in chart.points)
    assert chart.points[-1].says == "1.9.0 9 of 10"
    assert shares("Passing cases", runs[:1]) is None

"""Charts of a prompt: what people named is a value, never a part of the specification."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from promptctl.reports.prompt_charts import cost_chart, errors_chart, latency_chart, runs_chart, scores_chart
from tests.hostile_texts import HOSTILE

NAMES = [*HOSTILE, "datum.constructor.constructor('alert(1)')()", '{"signal": "x"}']
RUNS = [
    {"label": name, "model": name, "time": "2026-11-20T10:00:00Z", "share": 0.5, "interval": [0.2, 0.8]}
    for name in NAMES
]
DAYS = [
    {
        "day": f"2026-11-{day:02}T00:00:00Z",
        "calls": 10,
        "error_rate": 0.1,
        "error_interval": [0.0, 0.4],
        "latency_p50": 500.0,
        "latency_p95": None if day == 2 else 900.0,
        "cost_per_call": None if day == 3 else "0.002",
        "scores": {name: {"mean": 0.5, "interval": None if day == 1 else [0.4, 0.6]} for name in NAMES},
    }
    for day in (1, 2, 3)
]


def names_of(spec: Any) -> Iterator[str]:
    """All that a specification names beside its data."""
    if isinstance(spec, dict):
        for key, value in spec.items():
            if key != "data":
                yield key
                yield from names_of(value)
    elif isinstance(spec, list):
        for value in spec:
            yield from names_of(value)
    elif isinstance(spec, str):
        yield spec


@pytest.mark.parametrize(
    ("chart", "values"),
    [
        (runs_chart(RUNS), len(NAMES)),
        (errors_chart(DAYS), 3),
        (latency_chart(DAYS), 5),
        (cost_chart(DAYS), 2),
        (scores_chart(DAYS), 3 * len(NAMES)),
        (runs_chart([]), 0),
    ],
)
def test_names_are_values(chart: dict[str, Any], values: int) -> None:
    assert len(chart["data"]["values"]) == values
    assert not set(names_of(chart)) & {name for name in NAMES if name}
    assert all("\x1b" not in str(value) and "\u202e" not in str(value) for value in chart["data"]["values"])


def test_runs_of_the_same_day_stand_apart() -> None:
    names = [value["run"] for value in runs_chart([RUNS[0], RUNS[0]])["data"]["values"]]
    assert len(set(names)) == 2


def test_dollars_are_of_a_thousand_calls() -> None:
    assert [value["dollars"] for value in cost_chart(DAYS)["data"]["values"]] == [2.0, 2.0]

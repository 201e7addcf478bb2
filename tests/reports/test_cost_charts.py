"""Charts of costs: a colour for each of few groups, bars of what is known."""

from __future__ import annotations

from promptctl.core.reporting.cost import Amounts, CostPart, CostReport, cost_report
from promptctl.core.reporting.window import DAY, Grouping
from promptctl.reports.charts_of_reports import COLOURS, cost_bars, cost_charts


def report(costs: dict[str | None, int]) -> CostReport:
    """Calls of two days by model; a model that is None is the sum of others, a cost of zero is unknown."""
    parts = [
        CostPart(
            keys=None if model is None else (model,),
            start=day * DAY,
            amounts=Amounts(calls=1, cost=cost * 10**12, unpriced=int(not cost)),
        )
        for model, cost in costs.items()
        for day in (20_000, 20_001)
    ]
    return cost_report(parts, Grouping(columns=("model",)))


def test_groups_beyond_the_colours_are_one_and_nothing_is_lost() -> None:
    many = report({f"model-{place}": place + 1 for place in range(COLOURS + 3)})
    ((_, chart),) = cost_charts(many)
    values = chart["data"]["values"]
    assert len({value["group"] for value in values}) == COLOURS
    assert values[-1]["group"] == "(others)"
    assert sum(value["dollars"] for value in values) == float(many.total.dollars)


def test_bars_are_of_groups_by_name_and_say_what_is_unknown() -> None:
    chart = cost_bars(report({"known": 3, "": 1, "unknown": 0, None: 900}), "By model")
    assert chart
    values = chart[1]["data"]["values"]
    assert [(value["group"], value["known"]) for value in values] == [
        ("known", "$6.0000"),
        ("(none)", "$2.0000"),
        ("unknown", "unknown"),
    ]


def test_nothing_known_is_not_drawn() -> None:
    assert cost_bars(report({"unknown": 0}), "By model") is None

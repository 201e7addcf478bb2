"""Charts of costs and quality, as Vega-Lite has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from promptctl.core.models.price import dollars_of
from promptctl.core.reporting.cost import CostReport
from promptctl.core.reporting.quality import SHARES, QualityReport
from promptctl.core.reporting.window import DAY, moment_of
from promptctl.core.safe_text import safe_text
from promptctl.reports.cost_tables import OTHERS, cost_of, names

Chart = tuple[str, Mapping[str, Any]]
BASE = {"$schema": "https://vega.github.io/schema/vega-lite/v6.json", "height": 220}
"""Charts are as wide as the place where they are drawn."""

COLOURS = 8
"""Groups that a chart tells apart by colour; the last of more is the rest."""


def cost_charts(report: CostReport) -> list[Chart]:
    """Known costs by day, in colours where there are groups."""
    lines = [line for line in report.lines if line.days]
    if report.first is None or report.last is None:
        return []
    sides = [(" · ".join(names(line, report)), line.days) for line in lines if report.grouping.names]
    if len(sides) > COLOURS:
        rest = tuple(map(sum, zip(*(days for _, days in sides[COLOURS - 1 :]), strict=True)))
        sides = [*sides[: COLOURS - 1], (OTHERS, rest)]
    values = [
        {
            "day": moment_of(report.last - DAY * (len(days) - 1 - place)).strftime("%Y-%m-%d"),
            "group": safe_text(name),
            "dollars": float(dollars_of(cost)),
        }
        for name, days in sides or [("all calls", report.days)]
        for place, cost in enumerate(days)
    ]
    colour = {"color": {"field": "group", "type": "nominal", "title": None}} if sides else {}
    encoding = {
        "x": {"field": "day", "type": "temporal", "timeUnit": "utcyearmonthdate", "title": "day, UTC"},
        "y": {"field": "dollars", "type": "quantitative", "title": "US dollars, known costs"},
        "tooltip": [{"field": name} for name in ("day", "group", "dollars")],
    }
    return [("Cost by day", {**BASE, "data": {"values": values}, "mark": "bar", "encoding": {**encoding, **colour}})]


def cost_bars(report: CostReport, title: str) -> Chart | None:
    """The known cost of each group, the dearest first, without the sum of the others; None where no cost is known."""
    values = [
        {
            "group": safe_text(" · ".join(names(line, report))),
            "dollars": float(line.amounts.dollars),
            "known": cost_of(line.amounts),
            "calls": line.amounts.calls,
        }
        for line in report.lines
        if line.keys is not None
    ]
    if not any(value["dollars"] for value in values):
        return None
    encoding = {
        "y": {"field": "group", "type": "nominal", "title": None, "sort": None},
        "x": {"field": "dollars", "type": "quantitative", "title": "US dollars, known costs"},
        "tooltip": [{"field": name} for name in ("group", "known", "calls")],
    }
    height = 22 * len({value["group"] for value in values})
    return title, {**BASE, "height": height, "data": {"values": values}, "mark": "bar", "encoding": encoding}


def quality_charts(report: QualityReport) -> list[Chart]:
    """Each score with its interval by group, then quantiles of latency."""
    charts = []
    for name in report.names:
        values = [
            {"group": label, "mean": score.mean, "low": score.interval.low, "high": score.interval.high}
            for label, line in zip(_labels(report), report.lines, strict=True)
            if (score := line.scores.get(name)) is not None and score.interval is not None
        ]
        if values:
            charts.append((f"{name}, with 95 % intervals", _intervals(values)))
    times = [
        {"group": label, "quantile": f"p{share * 100:.0f}", "ms": value}
        for label, line in zip(_labels(report), report.lines, strict=True)
        for share, value in zip(SHARES, line.group.latencies or (), strict=False)
    ]
    return [*charts, *([("Latency", _latencies(times))] if times else [])]


def _labels(report: QualityReport) -> list[str]:
    labels = []
    for line in report.lines:
        time = [] if line.group.start is None else [moment_of(line.group.start).strftime("%Y-%m-%d %H:00")]
        labels.append(safe_text(" · ".join([*time, *(key or "(none)" for key in line.group.keys)]) or "all calls"))
    return labels


def _intervals(values: list[dict[str, Any]]) -> Mapping[str, Any]:
    group = {"field": "group", "type": "ordinal", "title": None, "sort": None}
    span = {"x": {"field": "low", "type": "quantitative", "title": None}, "x2": {"field": "high"}, "y": group}
    point = {"x": {"field": "mean", "type": "quantitative"}, "y": group}
    point |= {"tooltip": [{"field": name} for name in ("group", "mean", "low", "high")]}
    layer = [{"mark": "rule", "encoding": span}, {"mark": {"type": "point", "filled": True}, "encoding": point}]
    return {**BASE, "height": 24 * len(values), "data": {"values": values}, "layer": layer}


def _latencies(values: list[dict[str, Any]]) -> Mapping[str, Any]:
    encoding = {
        "y": {"field": "group", "type": "ordinal", "title": None, "sort": None},
        "x": {"field": "ms", "type": "quantitative", "title": "milliseconds"},
        "color": {"field": "quantile", "type": "nominal", "title": None},
        "tooltip": [{"field": name} for name in ("group", "quantile", "ms")],
    }
    height = 24 * len({value["group"] for value in values})
    return {**BASE, "height": height, "data": {"values": values}, "mark": "tick", "encoding": encoding}

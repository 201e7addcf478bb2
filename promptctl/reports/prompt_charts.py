"""Charts of one prompt over its versions and days, from plain data, as Vega-Lite has them.

What people named (versions, models, scores) is only ever a value of the data, never a name of a field.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from promptctl.core.safe_text import safe_line
from promptctl.reports.charts_of_reports import BASE

Row = Mapping[str, Any]


def runs_chart(runs: Sequence[Row]) -> dict[str, Any]:
    """The share of passing cases of each run, oldest first, with its 95 % interval."""
    named: Counter[str] = Counter()
    values = []
    for run in reversed([run for run in runs if run["share"] is not None]):
        name = f"{safe_line(run['label'])} on {run['time'][:10]}"
        named[name] += 1
        span = {"low": run["interval"][0], "high": run["interval"][1]}
        again = f", run {named[name]}" if named[name] > 1 else ""
        values.append({"run": f"{name}{again}", "model": safe_line(run["model"]), "share": run["share"], **span})
    across = {"field": "run", "type": "ordinal", "title": None, "sort": None, "axis": {"labelAngle": -30}}
    return _with_interval(values, across, "passing cases", "model", ("run", "model", "share", "low", "high"), "%")


def errors_chart(days: Sequence[Row]) -> dict[str, Any]:
    """The share of failed calls of each day, with its 95 % interval."""
    values = [
        {
            "day": day["day"][:10],
            "share": day["error_rate"],
            "low": day["error_interval"][0],
            "high": day["error_interval"][1],
            "calls": day["calls"],
        }
        for day in days
    ]
    return _with_interval(values, _DAY, "failed calls", None, ("day", "calls", "share", "low", "high"), "%")


def latency_chart(days: Sequence[Row]) -> dict[str, Any]:
    """Half of the calls, and 95 % of them, took no longer."""
    values = [
        {"day": day["day"][:10], "quantile": name, "ms": day[f"latency_{name}"]}
        for day in days
        for name in ("p50", "p95")
        if day[f"latency_{name}"] is not None
    ]
    return _lines(values, "ms", "milliseconds", "quantile")


def cost_chart(days: Sequence[Row]) -> dict[str, Any]:
    """US dollars a thousand calls, of calls whose price is known."""
    values = [
        {"day": day["day"][:10], "dollars": 1000 * float(day["cost_per_call"])}
        for day in days
        if day["cost_per_call"] is not None
    ]
    return _lines(values, "dollars", "US dollars a thousand calls", None)


def scores_chart(days: Sequence[Row]) -> dict[str, Any]:
    """The mean of each score, with its 95 % interval where one can be told."""
    values = [
        {
            "day": day["day"][:10],
            "score": safe_line(name),
            "share": score["mean"],
            "low": (score["interval"] or [None])[0],
            "high": (score["interval"] or [None])[-1],
        }
        for day in days
        for name, score in day["scores"].items()
    ]
    return _with_interval(values, _DAY, "mean", "score", ("day", "score", "share", "low", "high"), "")


_DAY = {
    "field": "day",
    "type": "temporal",
    "scale": {"type": "utc"},
    "title": "day, UTC",
    "axis": {"format": "%b %-d", "grid": False},
}


def _lines(values: Sequence[Row], field: str, title: str, colour: str | None) -> dict[str, Any]:
    encoding = {
        "x": _DAY,
        "y": {"field": field, "type": "quantitative", "title": title},
        "tooltip": _tooltip(dict.fromkeys(name for value in values[:1] for name in value)),
        **_coloured(colour),
    }
    mark = {"type": "line", "point": True}
    return {**BASE, "data": {"values": values}, "mark": mark, "encoding": encoding}


def _with_interval(
    values: Sequence[Row], across: Row, title: str, colour: str | None, told: Iterable[str], unit: str
) -> dict[str, Any]:
    axis = {"axis": {"format": "~%"}} if unit == "%" else {}
    place = {"x": across, **_coloured(colour)}
    span = {**place, "y": {"field": "low", "type": "quantitative", "title": title, **axis}, "y2": {"field": "high"}}
    point = {**place, "y": {"field": "share", "type": "quantitative", **axis}, "tooltip": _tooltip(told)}
    rule, dot = {"type": "rule", "strokeWidth": 2}, {"type": "point", "filled": True, "opacity": 1, "size": 60}
    layer = [{"mark": rule, "encoding": span}, {"mark": dot, "encoding": point}]
    return {**BASE, "data": {"values": values}, "layer": layer}


def _coloured(field: str | None) -> dict[str, Any]:
    return {"color": {"field": field, "type": "nominal", "title": None}} if field else {}


def _tooltip(fields: Iterable[str]) -> list[dict[str, str]]:
    return [{"field": field} for field in fields]

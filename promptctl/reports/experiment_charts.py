"""An experiment's charts as Vega-Lite has them, and the page that holds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from promptctl.core.experiments.report import EffectLine, ExperimentReport
from promptctl.core.safe_text import safe_text
from promptctl.reports import experiment_spelling as spelled
from promptctl.reports.chart_page import ChartPage, PageTable
from promptctl.reports.charts_of_reports import BASE, Chart
from promptctl.reports.experiment_axis import ends, limit, margin_at, top, wanted_sign
from promptctl.reports.experiment_tables import arm_table, effect_table, look_table, segment_table

MOST_SEGMENTS = 60
_JUDGED = ("better", "within", "open", "worse", "beyond", "unknown")
_COLOURS = ("#1a7f37", "#1a7f37", "#6e7781", "#cf222e", "#cf222e", "#6e7781")


def experiment_page(report: ExperimentReport) -> ChartPage:
    """The report as one page, the verdict first."""
    when = f", {report.when}" if report.when else ""
    about = f"{report.prompt} in {report.environment}, by {report.unit}{when}; {report.state}"
    sentences = [report.hypothesis, about, spelled.progress(report), spelled.ratio(report), *report.notes]
    told = spelled.exclusions(report)
    return ChartPage(
        title=f"{report.name}: {spelled.headline(report)}",
        sentences=[*sentences, *([f"Not counted: {'; '.join(told)}"] if told else [])],
        charts=experiment_charts(report),
        tables=[
            PageTable(title=title, headers=found.headers, rows=found.rows)
            for title, found in (
                ("Arms", arm_table(report)),
                (f"Effects; {spelled.intervals(report)}", effect_table(report)),
                ("Segments", segment_table(report, MOST_SEGMENTS)),
                ("Looks", look_table(report)),
            )
            if found.rows
        ],
    )


def experiment_charts(report: ExperimentReport) -> list[Chart]:
    """Effects, those of segments, and z against the boundary of looks."""
    found = (effects_chart(report), segments_chart(report), looks_chart(report))
    return [chart for chart in found if chart is not None]


def effects_chart(report: ExperimentReport) -> Chart | None:
    """Every metric with its interval; None where nothing is known yet."""
    several = len(report.treatments) > 1
    lines = [(spelled.metric(it) + (f", {it.arm}" if several else ""), it) for it in report.effects]
    return _titled("Effects in % of control's value, better to the right", _forest(lines))


def segments_chart(report: ExperimentReport) -> Chart | None:
    """The primary metric in the largest segments; None where nothing is known of any."""
    several = len(report.treatments) > 1
    segments = sorted(report.segments, key=lambda it: -it.units)[:MOST_SEGMENTS]
    parts = [
        (f"{spelled.segment(it.attribute, it.value)} ({it.units:,} units){f', {it.effect.arm}' if several else ''}", it)
        for it in segments
    ]
    return _titled("The primary metric by segment", _forest([(label, it.effect) for label, it in parts]))


def looks_chart(report: ExperimentReport) -> Chart | None:
    """z at each look against the boundary that it had to cross; None without looks."""
    return _titled("z of the primary metric against the boundary of looks", _looks(report) if report.looks else None)


def _titled(title: str, chart: Mapping[str, Any] | None) -> Chart | None:
    return None if chart is None else (title, chart)


def _forest(lines: Sequence[tuple[str, EffectLine]]) -> Mapping[str, Any] | None:
    known = [(label, effect, found) for label, effect in lines if (found := ends(effect)) is not None]
    if not known:
        return None
    reach = limit([found for _, _, found in known])
    values = [
        {
            "what": safe_text(label),
            "low": low,
            "effect": middle,
            "high": high,
            "margin": margin_at(effect),
            "says": effect.says,
            "change": spelled.change(effect),
        }
        for label, effect, (low, middle, high) in known
    ]
    x = {"type": "quantitative", "title": "worse ← % of control → better", "scale": {"domain": [-reach, reach]}}
    y = {"field": "what", "type": "nominal", "title": None, "sort": None}
    scale = {"domain": list(_JUDGED), "range": list(_COLOURS)}
    colour = {"field": "says", "type": "nominal", "scale": scale, "legend": None}
    tooltip = [{"field": name} for name in ("what", "change", "says")]
    layer: list[dict[str, Any]] = [
        {"mark": {"type": "rule", "style": "ink"}, "encoding": {"x": {"datum": 0, "type": "quantitative"}}},
        {
            "mark": {"type": "rule", "strokeWidth": 2, "clip": True},
            "encoding": {"x": {"field": "low", **x}, "x2": {"field": "high"}, "y": y, "color": colour},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 80, "clip": True, "opacity": 1},
            "encoding": {"x": {"field": "effect", **x}, "y": y, "color": colour, "tooltip": tooltip},
        },
        {
            "mark": {"type": "tick", "style": "ink", "thickness": 2, "clip": True},
            "transform": [{"filter": "isValid(datum.margin)"}],
            "encoding": {"x": {"field": "margin", **x}, "y": y, "tooltip": [{"field": "margin"}]},
        },
    ]
    return {**BASE, "height": 30 * len(values), "data": {"values": values}, "layer": layer}


def _looks(report: ExperimentReport) -> Mapping[str, Any]:
    highest, sign = top(report), wanted_sign(report)
    boundary: list[dict[str, Any]] = [
        {"share": 100 * look.fraction, "side": side, "z": (1 if side == "upper" else -1) * min(look.boundary, highest)}
        for side in ("upper", "lower")
        for look in report.looks
    ]
    points: list[dict[str, Any]] = [
        {"share": 100 * look.fraction, "arm": safe_text(arm), "z": sign * z, "at": look.at, "what": "look"}
        for look in report.looks
        for arm, z in (look.z or {}).items()
        if z is not None
    ]
    if report.running:
        here: dict[str, Any] = {"share": 100 * report.fraction, "at": report.until, "what": "now, no look"}
        points += [{**here, "arm": safe_text(arm), "z": sign * z} for arm, z in report.now.items() if z is not None]
    farthest = max([100.0, *(it["share"] for it in (*boundary, *points))])
    x = {"field": "share", "type": "quantitative", "title": "planned units, %", "scale": {"domain": [0, farthest]}}
    y = {"field": "z", "type": "quantitative", "title": "z, better up", "scale": {"domain": [-highest, highest]}}
    filled = {"condition": {"test": "datum.what == 'look'", "value": 1}, "value": 0}
    layer: list[dict[str, Any]] = [
        {"mark": {"type": "rule", "style": "ink"}, "encoding": {"y": {"datum": 0, "type": "quantitative"}}},
        {
            "data": {"values": boundary},
            "mark": {"type": "line", "style": "ink", "strokeDash": [4, 4]},
            "encoding": {"x": x, "y": y, "detail": {"field": "side"}},
        },
        {
            "data": {"values": points},
            "mark": {"type": "line", "opacity": 0.5},
            "encoding": {"x": x, "y": y, "color": {"field": "arm", "type": "nominal", "title": "arm"}},
        },
        {
            "data": {"values": points},
            "mark": {"type": "point", "filled": False, "size": 90, "opacity": 1},
            "encoding": {
                "x": x,
                "y": y,
                "color": {"field": "arm", "type": "nominal", "title": "arm"},
                "fillOpacity": filled,
                "fill": {"field": "arm", "type": "nominal", "legend": None},
                "tooltip": [{"field": name} for name in ("arm", "what", "at", "share", "z")],
            },
        },
    ]
    return {**BASE, "height": 300, "layer": layer}

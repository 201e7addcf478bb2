"""A rollout's charts as Vega-Lite has them: the canary's share over time, and what its rules find."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from promptctl.core.safe_text import safe_text
from promptctl.core.splits.health import Finding
from promptctl.reports.charts_of_reports import BASE, Chart

_OUTCOMES = ("fine", "open", "worse")
_COLOURS = ("#1a7f37", "#6e7781", "#cf222e")
FARTHEST, _SLIVER = 3.0, 0.05
"""Times what is allowed: what lies beyond is drawn up to there, and what is all beyond as a sliver at the edge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareMove:
    """The canary's share after a move, in per cent; ``at`` is ISO 8601."""

    at: str
    action: str
    percent: float
    by: str


def shares_chart(moves: Sequence[ShareMove]) -> Chart | None:
    """The share from move to move; None with fewer than two."""
    if len(moves) < 2:
        return None
    values = [
        {
            "at": round(datetime.fromisoformat(move.at).timestamp() * 1000),
            "said": move.at,
            "percent": move.percent,
            "action": move.action,
            "by": safe_text(move.by),
        }
        for move in moves
    ]
    x = {"field": "at", "type": "temporal", "title": "time, UTC", "scale": {"type": "utc"}}
    y = {"field": "percent", "type": "quantitative", "title": "canary's share, %", "scale": {"domain": [0, 100]}}
    tooltip = [{"field": name} for name in ("said", "action", "percent", "by")]
    layer = [
        {"mark": {"type": "line", "interpolate": "step-after"}, "encoding": {"x": x, "y": y}},
        {
            "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1},
            "encoding": {"x": x, "y": y, "tooltip": tooltip},
        },
    ]
    return "The canary's share, move by move", {**BASE, "data": {"values": values}, "layer": layer}


def health_chart(findings: Sequence[Finding]) -> Chart | None:
    """The change of each rule's metric with its interval, in units of what is allowed; None where nothing is known."""
    values = [
        {
            "metric": safe_text(finding.metric),
            "low": max(-FARTHEST, min(finding.change.low / finding.allowed, FARTHEST - _SLIVER)),
            "high": min(FARTHEST, max(finding.change.high / finding.allowed, _SLIVER - FARTHEST)),
            "outcome": finding.outcome,
        }
        for finding in findings
        if finding.change is not None and finding.allowed
    ]
    if not values:
        return None
    axis = {"tickCount": 6, "format": "g"}
    x = {"type": "quantitative", "title": "better ← 0 → worse; 1 is what is allowed", "axis": axis}
    x |= {"scale": {"domain": [-FARTHEST, FARTHEST]}}
    y = {"field": "metric", "type": "nominal", "title": None, "sort": None}
    scale = {"domain": list(_OUTCOMES), "range": list(_COLOURS)}
    colour = {"field": "outcome", "type": "nominal", "scale": scale, "title": "verdict"}
    tooltip = [{"field": name} for name in ("metric", "low", "high", "outcome")]
    limit = {"type": "rule", "style": "ink", "strokeDash": [4, 4]}
    layer = [
        {"mark": {"type": "rule", "style": "ink"}, "encoding": {"x": {"datum": 0, "type": "quantitative"}}},
        {"mark": limit, "encoding": {"x": {"datum": 1, "type": "quantitative"}}},
        {
            "mark": {"type": "bar", "size": 9, "cornerRadius": 4},
            "encoding": {
                "x": {"field": "low", **x},
                "x2": {"field": "high"},
                "y": y,
                "color": colour,
                "tooltip": tooltip,
            },
        },
    ]
    title = "Change of the canary against stable, 98 % intervals in units of what is allowed"
    return title, {**BASE, "height": 34 * len(values), "data": {"values": values}, "layer": layer}

"""A report of quality as plain data."""

from __future__ import annotations

from typing import Any

from promptctl.core.reporting.money import exact
from promptctl.core.reporting.quality import SHARES, QualityLine, QualityReport, ScoreLine
from promptctl.core.reporting.window import moment_of
from promptctl.core.statistics.independent import Difference
from promptctl.core.timestamp import timestamp


def quality_data(report: QualityReport) -> dict[str, Any]:
    """What ``quality --json`` prints."""
    return {
        "by": [*report.grouping.names, *([report.grouping.unit] if report.grouping.unit else [])],
        "scores": list(report.names),
        "lines": [_line(line, report) for line in report.lines],
    }


def _line(line: QualityLine, report: QualityReport) -> dict[str, Any]:
    group = line.group
    shown: dict[str, Any] = {"group": dict(zip(report.grouping.names, group.keys, strict=True))}
    if group.start is not None and report.grouping.unit:
        shown[report.grouping.unit] = timestamp(moment_of(group.start))
    dollars, latencies = line.dollars_per_call, group.latencies or (None,) * len(SHARES)
    return shown | {
        "calls": group.calls,
        "errors": group.errors,
        "error_rate": group.errors / group.calls,
        "error_interval": line.error_rate and line.error_rate.to_list(),
        "error_change": _difference(line.error_change),
        **{f"latency_p{share * 100:.0f}": value for share, value in zip(SHARES, latencies, strict=True)},
        "cost_per_call": None if dollars is None else exact(round(dollars, 12)),
        "previous": line.previous,
        "scores": {name: _score(score) for name, score in line.scores.items()},
    }


def _score(score: ScoreLine) -> dict[str, Any]:
    return {
        "count": score.count,
        "mean": score.mean,
        "is_share": score.is_share,
        "interval": score.interval and score.interval.to_list(),
        "change": _difference(score.change),
    }


def _difference(change: Difference | None) -> dict[str, Any] | None:
    if change is None:
        return None
    interval = change.interval and change.interval.to_list()
    return {"estimate": change.estimate, "interval": interval, "visible": change.visible}

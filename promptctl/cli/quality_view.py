"""Reports of quality as people see them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from promptctl.cli.tables import table
from promptctl.core.reporting.money import shown
from promptctl.core.reporting.quality import QualityLine, QualityReport, ScoreLine
from promptctl.core.statistics.independent import Difference
from promptctl.core.statistics.interval import Interval
from promptctl.reports.cost_tables import NONE, moment

if TYPE_CHECKING:
    from promptctl.reports.chart_page import ChartPage


def drawn(report: QualityReport) -> Any:
    """A line a group, then what changed from version to version."""
    if not report.lines:
        return "no calls in this window"
    unit = [report.grouping.unit] if report.grouping.unit else []
    parts: list[Any] = [table(*_rows(report))]
    changes = [change for line in report.lines for change in _changes(line, report)]
    if changes:
        group = [*unit, *report.grouping.names]
        headers = [*group, "against", "what", "change", "95 % interval", "visible from"]
        parts += ["", table(headers, changes)]
    return "\n".join([*parts, "intervals are 95 %; n in brackets"])


def page(report: QualityReport) -> ChartPage:
    """The report as a page."""
    from promptctl.reports.chart_page import ChartPage, PageTable
    from promptctl.reports.charts_of_reports import quality_charts

    headers, cells = _rows(report)
    said = ["intervals are 95 %; n in brackets"] if report.lines else ["no calls in this window"]
    return ChartPage(
        title="Quality", sentences=said, charts=quality_charts(report), tables=[PageTable(headers=headers, rows=cells)]
    )


def _rows(report: QualityReport) -> tuple[list[str], list[list[str]]]:
    unit = [report.grouping.unit] if report.grouping.unit else []
    headers = [*unit, *report.grouping.names, "calls", "errors", "p50", "p95", "p99", "cost a call", *report.names]
    return headers, [_cells(line, report) for line in report.lines]


def _names(line: QualityLine, report: QualityReport) -> list[str]:
    time = [] if line.group.start is None else [moment(line.group.start, report.grouping.unit)]
    return [*time, *(key or NONE for key in line.group.keys)]


def _cells(line: QualityLine, report: QualityReport) -> list[str]:
    group, dollars = line.group, line.dollars_per_call
    times = ["-"] * 3 if group.latencies is None else [f"{value:,.0f} ms" for value in group.latencies]
    errors = f"{group.errors / group.calls:.1%} {_share(line.error_rate)}"
    scores = [_score(line.scores[name]) if name in line.scores else "-" for name in report.names]
    cost = "unknown" if dollars is None else shown(dollars)
    return [*_names(line, report), f"{group.calls:,}", errors, *times, cost, *scores]


def _score(score: ScoreLine) -> str:
    if score.is_share:
        return f"{score.mean:.1%} {_share(score.interval)} ({score.count:,})"
    around = "" if score.interval is None else f" [{score.interval.low:.3f}, {score.interval.high:.3f}]"
    return f"{score.mean:.3f}{around} ({score.count:,})"


def _share(interval: Interval | None) -> str:
    return "" if interval is None else f"[{interval.low:.1%}, {interval.high:.1%}]"


def _changes(line: QualityLine, report: QualityReport) -> Iterator[list[str]]:
    before = [*_names(line, report), line.previous or NONE]
    if line.error_change is not None:
        yield [*before, "errors", *_change(line.error_change, is_share=True)]
    for score in line.scores.values():
        if score.change is not None:
            yield [*before, score.name, *_change(score.change, is_share=score.is_share)]


def _change(change: Difference, *, is_share: bool) -> list[str]:
    """The difference, its interval, and the smallest that so many calls would show."""
    sign = "+.1%" if is_share else "+.3f"
    around = "-" if change.interval is None else f"[{change.interval.low:{sign}}, {change.interval.high:{sign}}]"
    seen = "-" if change.visible is None else f"±{change.visible:{sign[1:]}}"
    return [f"{change.estimate:{sign}}", around, seen]

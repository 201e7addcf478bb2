"""Reports of costs as people see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from promptctl.cli.tables import table
from promptctl.core.counting import count
from promptctl.core.reporting.cost import CostLine, CostReport
from promptctl.core.reporting.money import shown, tokens
from promptctl.core.reporting.sparkline import sparkline
from promptctl.reports.cost_tables import cells, cost_of, headers

if TYPE_CHECKING:
    from promptctl.reports.chart_page import ChartPage


def drawn(report: CostReport) -> Any:
    """A table of groups and times, then the whole."""
    if not report.total.calls:
        return "no calls in this window"
    parts: list[Any] = []
    if report.lines:
        parts.append(table(*rows(report)))
    return "\n".join([*parts, "\n".join(total_lines(report))])


def rows(report: CostReport) -> tuple[list[str], list[list[str]]]:
    """The headers and cells of the groups and times."""
    last = [] if report.grouping.unit else ["by day"]
    return [*headers(report), *last], [[*cells(line, report), *_last(line)] for line in report.lines]


def page(report: CostReport) -> ChartPage:
    """The report as a page."""
    from promptctl.reports.chart_page import ChartPage, PageTable
    from promptctl.reports.charts_of_reports import cost_charts

    names, lines = rows(report)
    charts = cost_charts(report)
    return ChartPage(
        title="Costs", sentences=total_lines(report), charts=charts, tables=[PageTable(headers=names, rows=lines)]
    )


def total_lines(report: CostReport) -> list[str]:
    """The whole in sentences."""
    total = report.total
    cost = cost_of(total)
    lines = [f"{count(total.calls, 'call')}, {cost}  {sparkline(report.days)}".rstrip()]
    if total.unpriced:
        lines.append(f"{count(total.unpriced, 'call')} of unknown price not in it")
    told = f"{tokens(total.input)} tokens in, {tokens(total.output)} out"
    cached = f"; the providers' caches read {tokens(total.cache_read)}, wrote {tokens(total.cache_write)}"
    lines.append(told + (cached if total.cache_read or total.cache_write else ""))
    if total.hits:
        lines.append(f"{count(total.hits, 'answer')} from the cache saved {shown(total.saved_dollars)}")
    if total.cache_read or total.cache_write:
        saved = report.provider_saved
        said = "an unknown amount: a price is missing" if saved is None else f"{shown(saved)} at today's prices"
        lines.append(f"the providers' caches saved {said}")
    return lines


def _last(line: CostLine) -> list[str]:
    return [] if line.start is not None else [sparkline(line.days)]

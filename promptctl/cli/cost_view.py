"""Reports of costs as people see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from promptctl.cli.tables import table
from promptctl.core.counting import count
from promptctl.core.reporting.cost import Amounts, CostLine, CostReport
from promptctl.core.reporting.money import shown, tokens
from promptctl.core.reporting.sparkline import sparkline
from promptctl.core.reporting.window import moment_of

if TYPE_CHECKING:
    from promptctl.reports.chart_page import ChartPage

OTHERS, NONE = "(others)", "(none)"


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
    return _headers(report), [_cells(line, report) for line in report.lines]


def page(report: CostReport) -> ChartPage:
    """The report as a page."""
    from promptctl.reports.chart_page import ChartPage, PageTable
    from promptctl.reports.charts_of_reports import cost_charts

    headers, cells = rows(report)
    charts = cost_charts(report)
    return ChartPage(
        title="Costs", sentences=total_lines(report), charts=charts, tables=[PageTable(headers=headers, rows=cells)]
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


def _headers(report: CostReport) -> list[str]:
    unit = [report.grouping.unit] if report.grouping.unit else []
    last = [] if unit else ["by day"]
    return [*unit, *report.grouping.names, "calls", "cost", "share", "unpriced", "in", "cached", "out", "saved", *last]


def _cells(line: CostLine, report: CostReport) -> list[str]:
    names = [OTHERS] * len(report.grouping.names) if line.keys is None else [key or NONE for key in line.keys]
    time = [] if line.start is None else [moment(line.start, report.grouping.unit)]
    last = [] if line.start is not None else [sparkline(line.days)]
    share = "-" if line.share is None else f"{line.share:.1%}"
    return [*time, *names, *_amounts(line.amounts, share), *last]


def _amounts(amounts: Amounts, share: str) -> list[str]:
    return [
        f"{amounts.calls:,}",
        cost_of(amounts),
        share,
        f"{amounts.unpriced:,}" if amounts.unpriced else "",
        tokens(amounts.input),
        tokens(amounts.cache_read),
        tokens(amounts.output),
        shown(amounts.saved_dollars) if amounts.saved else "",
    ]


def cost_of(amounts: Amounts) -> str:
    """What is known of the cost: never nothing for what is unknown."""
    if amounts.unpriced and not amounts.cost:
        return "unknown"
    return shown(amounts.dollars, at_least=amounts.unpriced > 0)


def moment(at: int, unit: str | None) -> str:
    """The start of a day or an hour, UTC."""
    return moment_of(at).strftime("%Y-%m-%d %H:00" if unit == "hour" else "%Y-%m-%d")

"""A report of costs as plain data: money as exact text, times in ISO."""

from __future__ import annotations

from typing import Any

from promptctl.core.models.price import dollars_of
from promptctl.core.reporting.cost import Amounts, CostLine, CostReport
from promptctl.core.reporting.money import exact
from promptctl.core.reporting.window import moment_of
from promptctl.core.timestamp import timestamp


def cost_data(report: CostReport) -> dict[str, Any]:
    """What ``costs --json`` prints."""
    return {
        "by": [*report.grouping.names, *([report.grouping.unit] if report.grouping.unit else [])],
        "lines": [_line(line, report) for line in report.lines],
        "total": amounts_data(report.total)
        | {"provider_cache_saved": None if report.provider_saved is None else exact(report.provider_saved)},
        "first_day": None if report.first is None else timestamp(moment_of(report.first)),
        "days": [exact(dollars_of(day)) for day in report.days],
    }


def amounts_data(amounts: Amounts) -> dict[str, Any]:
    """Sums over calls; ``at_least`` says that calls of unknown price are not in ``cost``."""
    return {
        "calls": amounts.calls,
        "unpriced": amounts.unpriced,
        "cost": exact(amounts.dollars),
        "at_least": amounts.unpriced > 0,
        "input_tokens": amounts.input,
        "cache_read_tokens": amounts.cache_read,
        "cache_write_tokens": amounts.cache_write,
        "output_tokens": amounts.output,
        "cache_hits": amounts.hits,
        "saved": exact(amounts.saved_dollars),
    }


def _line(line: CostLine, report: CostReport) -> dict[str, Any]:
    keys = None if line.keys is None else dict(zip(report.grouping.names, line.keys, strict=True))
    shown: dict[str, Any] = {"group": keys}
    if line.start is not None and report.grouping.unit:
        shown[report.grouping.unit] = timestamp(moment_of(line.start))
    shown |= {**amounts_data(line.amounts), "share": line.share}
    return shown if line.start is not None else shown | {"days": [exact(dollars_of(day)) for day in line.days]}

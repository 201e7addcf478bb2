"""How findings about two versions are spelled: both versions' numbers, and how much worse one of them may be."""

from __future__ import annotations

from collections.abc import Mapping

from promptctl.core.metrics import Unit, measured
from promptctl.core.splits.health import Finding

_FORMS: Mapping[Unit, str] = {
    "share": "{:.2%}",
    "milliseconds": "{:,.0f} ms",
    "dollars": "${:.6f}",
    "calls": "{:.3f}",
    "score": "{:.3f}",
}


def finding_headers(now: str, before: str) -> tuple[str, ...]:
    """The columns of findings about two versions."""
    return "metric", now, before, "change, 98 %", "allowed", "verdict"


def finding_cells(finding: Finding) -> tuple[str, ...]:
    """One rule's judgement in those columns."""
    metric = measured(finding.metric)
    form = _FORMS[metric.unit]
    change = "too few calls"
    if finding.change:
        ends = (finding.change.low, finding.change.high)
        low, high = (-ends[1], -ends[0]) if metric.rises else ends
        change = f"{_signed(low, metric.absolute)} to {_signed(high, metric.absolute)}"
    values = ("-" if value is None else form.format(value) for value in (finding.now, finding.before))
    return finding.metric, *values, change, allowed_text(finding.metric, finding.allowed), finding.outcome


def allowed_text(metric: str, allowed: float) -> str:
    """How much worse a metric may be: a share of what it was for latency and cost."""
    known = measured(metric)
    return f"{'-' if known.rises else '+'}{allowed:{'g' if known.absolute else '.0%'}}"


def _signed(value: float, absolute: bool) -> str:
    return f"{value:+.4f}" if absolute else f"{value:+.1%}"

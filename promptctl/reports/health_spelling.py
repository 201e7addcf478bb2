"""How findings about two versions are spelled: both versions' numbers, and how much worse one of them may be."""

from __future__ import annotations

from promptctl.core.health import Finding

_FORMS = {
    "error_rate": "{:.2%}",
    "latency_p95": "{:,.0f} ms",
    "latency_p99": "{:,.0f} ms",
    "cost": "${:.6f}",
    "quality": "{:.3f}",
}


def finding_headers(now: str, before: str) -> tuple[str, ...]:
    """The columns of findings about two versions."""
    return "metric", now, before, "change, 98 %", "allowed", "verdict"


def finding_cells(finding: Finding) -> tuple[str, ...]:
    """One rule's judgement in those columns."""
    kind = finding.metric.partition(":")[0]
    form = _FORMS.get(kind, _FORMS["quality"])
    relative = kind not in ("quality", "error_rate")
    change = "too few calls"
    if finding.change:
        ends = (finding.change.low, finding.change.high)
        low, high = (-ends[1], -ends[0]) if kind == "quality" else ends
        change = f"{_signed(low, relative)} to {_signed(high, relative)}"
    values = ("-" if value is None else form.format(value) for value in (finding.now, finding.before))
    return finding.metric, *values, change, allowed_text(finding.metric, finding.allowed), finding.outcome


def allowed_text(metric: str, allowed: float) -> str:
    """How much worse a metric may be: a share of what it was for latency and cost."""
    kind = metric.partition(":")[0]
    if kind == "error_rate":
        return f"+{allowed:g}"
    return f"-{allowed:g}" if kind == "quality" else f"+{allowed:.0%}"


def _signed(value: float, relative: bool) -> str:
    return f"{value:+.1%}" if relative else f"{value:+.4f}"

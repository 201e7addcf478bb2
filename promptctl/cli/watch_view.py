"""What ``watch`` shows: both versions' numbers, and how much worse the live one may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from promptctl.cli.tables import table

if TYPE_CHECKING:
    from promptctl.core.health import Finding
    from promptctl.workflows.rollback import RollbackResult
    from promptctl.workflows.watch import Watched

_FORMS = {
    "error_rate": "{:.2%}",
    "latency_p95": "{:,.0f} ms",
    "latency_p99": "{:,.0f} ms",
    "cost": "${:.6f}",
    "quality": "{:.3f}",
}


def watch_data(found: Watched, done: RollbackResult | None) -> dict[str, Any]:
    """What was seen, for programs."""
    return {
        "prompt": found.name,
        "environment": found.environment,
        "outcome": found.outcome,
        "since": found.since,
        "now": {"version": found.now.label, "calls": found.now.calls},
        "before": {"version": found.before.label, "calls": found.before.calls},
        "findings": [finding.to_dict() for finding in found.findings],
        "rolled_back_to": str(done.after.version) if done else None,
    }


def watch_text(found: Watched, done: RollbackResult | None) -> str:
    """What was seen, a line a rule."""
    headers = finding_headers(found.now.label, found.before.label)
    lines = [watch_sentence(found), table(headers, [finding_cells(finding) for finding in found.findings])]
    if done:
        lines.append(f"rolled back to {done.after.version}")
    return "\n".join(lines)


def watch_sentence(found: Watched) -> str:
    """What was seen in one line."""
    calls = f"{found.now.calls:,} calls of {found.now.label} since {found.since}"
    against = f"{found.before.calls:,} of {found.before.label}"
    said = {"worse": "worse", "fine": "not worse", "open": "nothing is shown yet"}[found.outcome]
    return f"{found.name} in {found.environment}: {said}; {calls} against {against}"


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

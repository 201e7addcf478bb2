"""What ``watch`` shows: both versions' numbers, and how much worse the live one may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from promptctl.cli.tables import table
from promptctl.reports.health_spelling import finding_cells, finding_headers

if TYPE_CHECKING:
    from promptctl.workflows.rollback import RollbackResult
    from promptctl.workflows.watch import Watched


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

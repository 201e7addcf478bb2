"""``promptctl drift``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from promptctl.cli.context import Context
from promptctl.cli.findings import findings_text
from promptctl.cli.output import Answer
from promptctl.core.counting import count

if TYPE_CHECKING:
    from promptctl.workflows.drift import DriftResult


def command(context: Context) -> Answer:
    """Find every disagreement between files, lock, tags and pointers; errors exit 1."""
    context.repository.expect_files()
    from promptctl.workflows.drift import drift

    result = drift(context.repository)
    note = "; ".join(result.notes) or None
    return Answer(data=lambda: data(result), view=lambda: _text(result), ok=result.ok, note=note)


def data(result: DriftResult) -> dict[str, Any]:
    return {
        "findings": [finding.to_dict() for finding in result.findings],
        "read": result.read,
        "notes": list(result.notes),
    }


def _text(result: DriftResult) -> str:
    errors = sum(finding.level == "error" for finding in result.findings)
    notices = len(result.findings) - errors
    summary = f"{count(errors, 'error')}, {count(notices, 'notice')} (read {result.read})"
    return "\n".join(part for part in (findings_text(result.findings), summary) if part)

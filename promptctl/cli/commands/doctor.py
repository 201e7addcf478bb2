"""``promptctl doctor``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptctl.cli.context import Context
from promptctl.cli.output import Answer
from promptctl.core.counting import count

if TYPE_CHECKING:
    from promptctl.workflows.doctor import DoctorResult


def command(context: Context) -> Answer:
    """Find what in this clone or on this machine stops commands or may surprise; errors exit 1. Changes nothing."""
    from promptctl.workflows.doctor import doctor

    result = doctor(context.repository, context.now)
    data = {"findings": [finding.to_dict() for finding in result.findings]}
    return Answer(data=data, view=lambda: _text(result), ok=result.ok)


def _text(result: DoctorResult) -> str:
    errors = sum(finding.level == "error" for finding in result.findings)
    lines: list[str] = []
    for finding in result.findings:
        lines += [f"{finding.level}[{finding.kind}]: {finding.message}"]
        lines += [f"  why: {finding.why}", f"  repair: {finding.repair}"]
    warnings = len(result.findings) - errors
    return "\n".join([*lines, f"{count(errors, 'error')}, {count(warnings, 'warning')}"])

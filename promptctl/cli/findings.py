"""Shows drift findings the same way wherever they come from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from promptctl.core.safe_text import safe_line

if TYPE_CHECKING:
    from promptctl.core.moves.drift import Drift


def findings_text(findings: Sequence[Drift]) -> str:
    """One finding a paragraph: kind, what disagrees, both digests, and the command that repairs it."""
    return "\n".join(_finding(finding) for finding in findings)


def _finding(finding: Drift) -> str:
    where = f" in {finding.environment}" if finding.environment else ""
    lines = [f"{finding.level}[{finding.kind}]{where}: {finding.message}"]
    if finding.expected and finding.expected not in finding.message:
        lines.append(f"  expected {finding.expected}")
    if finding.actual and finding.actual not in finding.message:
        lines.append(f"  found    {finding.actual}")
    return "\n".join(safe_line(line) for line in (*lines, f"  repair: {finding.repair}"))

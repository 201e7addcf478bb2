"""What calls would have cost with another version of their prompt, for people."""

from __future__ import annotations

from typing import Any

from promptctl.cli.tables import table
from promptctl.core.reporting.other_version import VersionWhatIf
from promptctl.reports.whatif_tables import VERSION_HEADERS, version_cells, version_said


def drawn(found: VersionWhatIf) -> Any:
    """A line for each text and model, then the sum of those that are known."""
    if not found.lines:
        return "no calls of known cost"
    return "\n".join([table(VERSION_HEADERS, [version_cells(line) for line in found.lines]), version_said(found)])

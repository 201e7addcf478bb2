"""What calls would have cost with another version of their prompt, for people."""

from __future__ import annotations

from typing import Any

from promptctl.cli.tables import table
from promptctl.core.reporting.money import shown
from promptctl.core.reporting.other_version import VersionLine, VersionWhatIf


def drawn(found: VersionWhatIf) -> Any:
    """A line for each text and model, then the sum of those that are known."""
    if not found.lines:
        return "no calls of known cost"
    headers = ["served", "model", "calls", "tokens in", "then", "now", "then", "change", "known from"]
    said = f"{shown(found.now)} would have been {shown(found.then)} ({shown(found.then - found.now)})"
    if all(line.then is None for line in found.lines):
        said = f"what {found.reference} would have cost cannot be known"
    return "\n".join([table(headers, [_cells(line) for line in found.lines]), said])


def _cells(line: VersionLine) -> list[str]:
    first = [line.served, line.model or "-", f"{line.calls:,}", f"{line.tokens:,.0f}"]
    change = line.change
    if change is None or line.then is None:
        return [*first, "-", shown(line.now), "unknown", "", line.unknown or ""]
    tokens = f"about {line.tokens + change.tokens:,.0f}"
    return [*first, tokens, shown(line.now), f"about {shown(line.then)}", shown(line.then - line.now), _basis(line)]


def _basis(line: VersionLine) -> str:
    rendered = line.change.rendered if line.change else 0
    if not rendered:
        return "fixed text, 4 bytes a token"
    return f"inputs of {rendered:,} of {line.calls:,} calls"

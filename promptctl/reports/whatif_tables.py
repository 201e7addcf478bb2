"""The tables of what calls would have cost otherwise: with another model, another version, or answers kept."""

from __future__ import annotations

from promptctl.core.reporting.money import shown
from promptctl.core.reporting.other_version import VersionLine, VersionWhatIf
from promptctl.core.reporting.whatif import WhatIf, WhatIfLine

VERSION_HEADERS = ("served", "model", "calls", "tokens in", "then", "now", "then", "change", "known from")


def headers(model: str | None) -> list[str]:
    """What the columns are; with another model also what evidence says of both."""
    return ["prompt", "calls", "now", "then", "change", *(["passes now", f"passes {model}"] if model else [])]


def cells(line: WhatIfLine, model: str | None) -> list[str]:
    """A prompt's calls in those columns."""
    then = ["not evaluated", ""] if line.then is None else [shown(line.then), shown(line.then - line.now)]
    passes = [f"{it.passed} of {it.cases}" if it else "-" for it in (line.own, line.other)] if model else []
    return [line.prompt, f"{line.calls:,}", shown(line.now), *then, *passes]


def said(found: WhatIf) -> str:
    """The sums of what could be compared."""
    if not found.compared:
        return "nothing can be compared: no kept evidence of these texts covers that model"
    return f"{shown(found.now)} would have been {shown(found.then)} ({shown(found.then - found.now)})"


def nothing(model: str | None) -> str:
    """What to say where there is no line."""
    return "no calls of known cost" if model else "no calls of known cost whose inputs were kept"


def version_cells(line: VersionLine) -> list[str]:
    """The calls of one text by one model under ``VERSION_HEADERS``."""
    first = [line.served, line.model or "-", f"{line.calls:,}", f"{line.tokens:,.0f}"]
    change = line.change
    if change is None or line.then is None:
        return [*first, "-", shown(line.now), "unknown", "", line.unknown or ""]
    tokens = f"about {line.tokens + change.tokens:,.0f}"
    return [*first, tokens, shown(line.now), f"about {shown(line.then)}", shown(line.then - line.now), _basis(line)]


def version_said(found: VersionWhatIf) -> str:
    """The sums of those that are known."""
    if all(line.then is None for line in found.lines):
        return f"what {found.reference} would have cost cannot be known"
    return f"{shown(found.now)} would have been {shown(found.then)} ({shown(found.then - found.now)})"


def _basis(line: VersionLine) -> str:
    rendered = line.change.rendered if line.change else 0
    if not rendered:
        return "fixed text, 4 bytes a token"
    return f"inputs of {rendered:,} of {line.calls:,} calls"

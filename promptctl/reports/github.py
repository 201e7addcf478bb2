"""Annotations that GitHub Actions puts beside the lines of a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from promptctl.core.lint.finding import LEVELS, Finding
from promptctl.core.safe_text import safe_text

MOST = 10
"""Annotations of one level that GitHub shows of a step; it drops the rest without a word."""


def annotation_lines(findings: Sequence[Finding]) -> Iterator[str]:
    """The first findings of each level as annotations, errors first, and a line that says how many are left out."""
    for level in LEVELS:
        of_level = [finding for finding in findings if finding.level == level]
        yield from map(annotation, of_level[:MOST])
        if len(of_level) > MOST:
            yield f"{len(of_level) - MOST} more of level {level} are not annotated"


def annotation(finding: Finding) -> str:
    """One workflow command: ``::error file=…,line=…,col=…,title=…::message``; no text can end it or start another."""
    place = finding.place
    properties = {"file": place.file, "line": place.line, "col": place.column, "title": finding.code}
    written = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items() if value is not None)
    hint = f" ({finding.hint})" if finding.hint else ""
    return f"::{finding.level} {written}::{_data(finding.message + hint)}"


def _data(text: str) -> str:
    return safe_text(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")

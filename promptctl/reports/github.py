"""Annotations that GitHub Actions puts beside the lines of a pull request."""

from __future__ import annotations

from promptctl.core.lint.finding import Finding
from promptctl.core.safe_text import safe_text


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

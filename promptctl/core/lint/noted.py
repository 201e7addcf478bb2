"""Findings as text that can be kept, for the next time the same files are looked at."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import Any

from promptctl.core.lint.finding import Finding
from promptctl.errors import Place


def note_findings(findings: Iterable[Finding], required: Collection[str]) -> str:
    """What was found in a prompt where these fields are ``required``."""
    written = [[it.code, it.level, it.message, _written(it.place), it.hint] for it in findings]
    return json.dumps({"required": sorted(required), "findings": written})


def noted_findings(note: str | None, required: Collection[str]) -> tuple[Finding, ...] | None:
    """The findings of a note; None where there is none, or other fields were required."""
    found: dict[str, Any] = json.loads(note) if note else {}
    if found.get("required") != sorted(required):
        return None
    return tuple(
        Finding(code=code, level=level, message=message, place=Place(*place), hint=hint)
        for code, level, message, place, hint in found["findings"]
    )


def _written(place: Place) -> tuple[str, int | None, int | None, str | None]:
    return place.file, place.line, place.column, place.excerpt

"""What lint says of a prompt as text that can be kept, for the next time the same files are looked at."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from promptctl.core.lint.finding import Finding
from promptctl.core.lint.ignore import Ignore
from promptctl.errors import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """The findings in a prompt's files and the comments there that silence some."""

    findings: Sequence[Finding]
    ignores: Sequence[Ignore]


def note(found: Noted, conditions: Collection[str]) -> str:
    """The text of what was found under these ``conditions``: fields that are required, and whatever else decides."""
    findings = [[it.code, it.level, it.message, _written(it.place), it.hint] for it in found.findings]
    ignores = [[_written(it.place), it.codes, it.first, it.last, it.whole_file, it.jinja] for it in found.ignores]
    return json.dumps([sorted(conditions), findings, ignores])


def noted(text: str | None, conditions: Collection[str]) -> Noted | None:
    """What a note says; None where there is none, or conditions were others."""
    written: list[Any] = json.loads(text) if text else [None]
    if written[0] != sorted(conditions):
        return None
    return Noted(
        findings=[
            Finding(code=code, level=level, message=message, place=Place(*place), hint=hint)
            for code, level, message, place, hint in written[1]
        ],
        ignores=[
            Ignore(place=Place(*place), codes=tuple(codes), first=first, last=last, whole_file=whole_file, jinja=jinja)
            for place, codes, first, last, whole_file, jinja in written[2]
        ],
    )


def _written(place: Place) -> tuple[str, int | None, int | None, str | None]:
    return place.file, place.line, place.column, place.excerpt

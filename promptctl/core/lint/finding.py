"""One thing that lint reports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from promptctl.errors import MOST_PROBLEMS, Place, Problem

Level = Literal["error", "warning", "notice"]
EXCERPT = 160
"""Characters of a line that a finding shows at most."""

LEVELS: tuple[Level, ...] = ("error", "warning", "notice")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """``code`` is a rule's ``L0xx``, or the ``PC0xx`` of an error that stops every other command."""

    code: str
    level: Level
    message: str
    place: Place
    hint: str | None = None

    @property
    def fails(self) -> bool:
        """Whether lint answers "no" because of it; a notice only informs."""
        return self.level != "notice"

    def to_dict(self) -> dict[str, Any]:
        place = self.place
        return {
            "code": self.code,
            "level": self.level,
            "message": self.message,
            "where": {"file": place.file, "line": place.line, "column": place.column},
            "excerpt": place.excerpt,
            "hint": self.hint,
        }


def problem_finding(problem: Problem, file: str) -> Finding:
    """An error of any other command as a finding; one without a place is about ``file``."""
    place = problem.place or Place(file)
    return Finding(code=problem.code, level="error", message=problem.message, place=place, hint=problem.hint)


def first(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The first of what may be very many findings; a last one says where there are more."""
    for number, finding in enumerate(findings, 1):
        if number > MOST_PROBLEMS:
            message = f"there is more from here on: only the first {MOST_PROBLEMS} findings are shown"
            yield replace(finding, message=message, hint=None)
            return
        yield finding


def tidy(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each finding once, by file and place; excerpts are cut to what is near, secrets in them masked."""
    return tuple(sorted({_masked(finding) for finding in findings}, key=_order))


def _order(finding: Finding) -> tuple[str, int, int, int, str, str]:
    place = finding.place
    level = LEVELS.index(finding.level)
    return (place.file, place.line or 0, place.column or 0, level, finding.code, finding.message)


def _masked(finding: Finding) -> Finding:
    from promptctl.core.secrets import mask

    place = finding.place
    return replace(
        finding,
        message=mask(finding.message),
        hint=finding.hint and mask(finding.hint),
        place=replace(place, excerpt=place.excerpt and _near(mask(place.excerpt), place.column or 1)),
    )


def _near(excerpt: str, column: int) -> str:
    """A part of a long line with the column in it."""
    if len(excerpt) <= EXCERPT:
        return excerpt
    start = max(0, min(column - 1 - EXCERPT // 4, len(excerpt) - EXCERPT))
    end = start + EXCERPT
    return ("…" if start else "") + excerpt[start:end] + ("…" if end < len(excerpt) else "")

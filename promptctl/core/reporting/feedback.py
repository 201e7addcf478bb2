"""What people say of calls: as it is given, and as reports list it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from promptctl.core.reporting.window import BAD_REPORT
from promptctl.errors import UsageError

WORST = 0.5
"""Feedback below this is negative, where a score says from 0 to 1 how good an answer was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One score with the call it is of: ``prompt`` and what follows are None where the store has no such call."""

    call: str
    name: str
    value: float | None
    at: int
    comment: str | None
    correction: str | None
    prompt: str | None
    version: str | None
    environment: str | None

    @property
    def negative(self) -> bool:
        """Whether it says that the answer was not good."""
        return is_negative(self.value, self.correction)


def is_negative(value: float | None, correction: str | None) -> bool:
    """A low score, or a correction: who corrects an answer was not served by it."""
    return correction is not None or (value is not None and value < WORST)


def parse_scores(written: Sequence[str]) -> dict[str, float]:
    """Scores as command lines write them: ``resolved=1``. Raises UsageError."""
    found: dict[str, float] = {}
    for text in written:
        name, sign, value = text.partition("=")
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not sign or not name.strip() or not math.isfinite(number):
            raise UsageError(
                BAD_REPORT, f"`{text[:40]}` is not a score", hint="promptctl feedback add CALL_ID resolved=1"
            )
        found[name.strip()] = number
    return found

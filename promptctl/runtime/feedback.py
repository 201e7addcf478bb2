"""What people and programs say of a call afterwards, as scores beside its event."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from promptctl.core.events.event import Score
from promptctl.core.finite import is_finite
from promptctl.errors import UsageError
from promptctl.runtime.prompt import UNFIT

SAID = "feedback"
"""The name of the score of a mere comment or correction."""


def scores_of(
    call: str, at: int, scores: Mapping[str, float], correction: str | None, comment: str | None
) -> Iterator[Score]:
    """A score for each number, or one without a number for words alone. Raises UsageError for what is neither."""
    if not isinstance(call, str) or not call:
        raise UsageError(UNFIT, "feedback is about a call", hint="prompts.feedback(call.id, …)")
    if not scores and correction is None and comment is None:
        raise UsageError(UNFIT, "feedback says something", hint="prompts.feedback(call.id, resolved=1, comment=…)")
    for name, value in scores.items():
        if not isinstance(value, int | float) or not is_finite(value):
            raise UsageError(UNFIT, f"the score {name!r} is no number", hint="1 for yes, 0 for no")
    for name in scores or (SAID,):
        number = float(scores[name]) if scores else None
        yield Score(event=call, name=name, at=at, value=number, comment=comment, correction=correction)

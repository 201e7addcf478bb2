"""Judges one answer by one expectation, as the tests of scorers do."""

from __future__ import annotations

from typing import Any

from promptctl.core.scorers.answer import Answer, Score
from promptctl.core.scorers.registry import SCORERS, Expectation, score


def measured(kind: str, argument: Any, text: str, *, negate: bool = False, **fields: Any) -> Score:
    """The score of an answer with this text; the argument has to be usable."""
    assert SCORERS[kind].fault(argument) is None
    return score(Expectation(kind=kind, argument=argument, negate=negate, name=kind), Answer(text=text, **fields))

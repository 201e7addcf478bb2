"""Expectations on what an answer took: time and money."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from promptctl.core.scorers.answer import Answer, Finding, Scorer, ScorerFault
from promptctl.core.scorers.argument import keys_fault, number_of


def _fault(value: Any) -> str | None:
    if isinstance(value, Mapping):
        if fault := keys_fault(value, ("max",)):
            return fault
        value = value["max"]
    number = number_of(value)
    return None if number is not None and number >= 0 else "needs a number of at least 0, or {max: …}"


def _within(value: Any, found: float | None, unknown: str, spell: Callable[[float], str]) -> Finding:
    if found is None or not math.isfinite(found) or found < 0:
        raise ScorerFault(unknown)
    most = number_of(value["max"] if isinstance(value, Mapping) else value) or 0.0
    return Finding(float(found <= most), found <= most, f"it took {spell(found)}, at most {spell(most)} asked for")


def _latency(value: Any, answer: Answer) -> Finding:
    return _within(value, answer.latency_ms, "the latency of this answer is unknown", lambda ms: f"{ms:.0f} ms")


def _cost(value: Any, answer: Answer) -> Finding:
    return _within(value, answer.cost, "the price of this answer is unknown", lambda dollars: f"{dollars:.4g} USD")


SCORERS: Mapping[str, Scorer] = {
    "latency": Scorer("The answer took at most this many milliseconds.", _fault, _latency),
    "cost": Scorer("The answer cost at most this many US dollars.", _fault, _cost),
}

"""What a scorer sees of one answer and what it says about it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from promptctl.core.scorers.graded import Opinion


class ScorerFault(Exception):
    """A scorer could not judge: the answer is neither right nor wrong. Becomes the sample's error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer with all that expectations may look at.

    ``inputs`` are the case's, ``row`` its data set columns; ``latency_ms`` and ``cost`` (US dollars) are None when
    unknown. ``functions`` holds the loaded functions of ``python`` expectations by the name written there; each is
    called with the answer's text and a dict of the other fields. ``opinions`` holds what judges said of the answer.
    """

    text: str
    tool_calls: tuple[Mapping[str, Any], ...] = ()
    inputs: Mapping[str, Any] = field(default_factory=dict)
    row: Mapping[str, Any] = field(default_factory=dict)
    latency_ms: float | None = None
    cost: float | None = None
    functions: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    opinions: Mapping[str, Opinion] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What one expectation says of one answer; ``value`` is within [0, 1], 1 is best."""

    value: float
    passed: bool
    explanation: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What a scorer measured, before ``not_`` is applied.

    ``denied`` says whether the ``not_`` form passes where that is not the mere opposite of ``holds``.
    """

    value: float
    holds: bool
    explanation: str
    denied: bool | None = None


def met(explanation: str) -> Finding:
    """The finding that all is as asked."""
    return Finding(1.0, holds=True, explanation=explanation)


def unmet(explanation: str, *, denied: bool | None = None) -> Finding:
    """The finding that nothing is as asked."""
    return Finding(0.0, holds=False, explanation=explanation, denied=denied)


@dataclass(frozen=True, slots=True)
class Scorer:
    """One kind of expectation.

    ``fault`` says why an argument cannot be used (None: it can); ``measure`` judges an answer and raises ScorerFault
    when it cannot; ``meaning`` is one line for people.
    """

    meaning: str
    fault: Callable[[Any], str | None]
    measure: Callable[[Any, Answer], Finding]


def excerpt(value: Any, width: int = 80) -> str:
    """A value as an explanation quotes it: a text in quotes, anything else as JSON; one line, about ``width`` long."""
    if isinstance(value, str):
        return repr(value if len(value) <= width else value[: width - 1] + "…")
    spelled = json.dumps(value, ensure_ascii=False)
    return spelled if len(spelled) <= width else spelled[: width - 1] + "…"

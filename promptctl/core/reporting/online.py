"""Which calls are scored while they are live, and by which expectations: those that need nothing but the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from promptctl.core.scorers.registry import NEGATION, Expectation
from promptctl.core.suite import Suite, expectation_form

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PLACES = 6
ELSEWHERE = {
    "judge": "asks a model",
    "grounded": "asks a model",
    "context_use": "asks a model",
    "declines": "asks a model",
    "faithful": "asks a model",
    "similar": "asks a model",
    "python": "runs code of the repository",
    "command": "runs code of the repository",
    "tool_call": "looks at tool calls, which are not kept",
    "cost": "is in every report",
    "latency": "is in every report",
}
"""Kinds of expectations that are not looked at, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The expectations that any answer can be judged by, and why others were left out, by their names."""

    expectations: tuple[Expectation, ...]
    left_out: dict[str, str]


def online_reading(suite: Suite) -> Reading:
    """The expectations that all cases of a suite share word for word: what one case expects is about that case."""
    forms = [[expectation_form(it) for it in case.expect] for case in suite.cases]
    shared: list[Expectation] = []
    left_out: dict[str, str] = {}
    for case in suite.cases:
        for expectation in case.expect:
            form = expectation_form(expectation)
            why = ELSEWHERE.get(expectation.kind.removeprefix(NEGATION))
            if why is None and not all(form in each for each in forms):
                why = "is not the same for all cases"
            if why is not None:
                left_out.setdefault(expectation.name, why)
            elif expectation not in shared:
                shared.append(expectation)
    return Reading(expectations=tuple(shared), left_out=left_out)


def names_of(expectations: Sequence[Expectation]) -> list[str]:
    """The names of their scores, each once."""
    return list(dict.fromkeys(it.name for it in expectations))


def sample_bound(share: float) -> str | None:
    """The last letters of ids that belong to a sample sort before this; None where every id belongs to it.

    The last letters of a ULID are chance: the same calls belong to a sample wherever and whenever it is taken, and a
    larger sample holds every smaller one.
    """
    number = round(share * len(_LETTERS) ** _PLACES)
    if number >= len(_LETTERS) ** _PLACES:
        return None
    letters = []
    for _ in range(_PLACES):
        number, place = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[place])
    return "".join(reversed(letters))

"""What people say of answers: a vote belongs to one reply's digest, so that another answer needs another vote."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from promptctl.core.files.strict_json import strict_json
from promptctl.core.models.request import compact_json
from promptctl.core.statistics.interval import mean
from promptctl.errors import DocumentError, Place, Problem

MALFORMED = "PC196"
WORDS: Mapping[str, float] = {"pass": 1.0, "fail": 0.0, "p": 1.0, "f": 0.0}
_FIELDS: Mapping[str, tuple[type, ...]] = {
    "reply": (str,),
    "case": (str,),
    "by": (str,),
    "at": (str,),
    "score": (int, float),
    "note": (str,),
}


Answered = tuple[str, str]
"""An answer: the case that it belongs to, and its reply's digest, which other cases may share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """``reply`` is the digest of the answer, ``by`` who says it, ``at`` when (ISO 8601, UTC), ``score`` in [0, 1]."""

    reply: str
    case: str
    by: str
    at: str
    score: float
    note: str = ""

    @property
    def about(self) -> Answered:
        """The answer that it belongs to."""
        return self.case, self.reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Of ``pairs`` of votes on one answer ``same`` agree; of ``judged`` answers ``with_suite`` agree with the suite."""

    pairs: int
    same: int
    judged: int
    with_suite: int


def score_of(text: str) -> float | None:
    """A score as people write it: pass, fail, or a number in [0, 1]; None for anything else."""
    word = text.strip().lower()
    if word in WORDS:
        return WORDS[word]
    try:
        found = float(word)
    except ValueError:
        return None
    return found if math.isfinite(found) and 0 <= found <= 1 else None


def parse_votes(text: str, shown: str) -> tuple[Vote, ...]:
    """The votes of a file. Raises DocumentError with the line of each that is malformed."""
    votes: list[Vote] = []
    problems: list[Problem] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            votes.append(_vote(strict_json(line)))
        except ValueError as error:
            problems.append(
                Problem(MALFORMED, str(error), Place(shown, number), "promptctl eval review writes this file")
            )
    if problems:
        raise DocumentError(tuple(problems))
    return tuple(votes)


def _vote(value: Any) -> Vote:
    if not isinstance(value, dict) or value.keys() != _FIELDS.keys():
        raise ValueError(f"a vote holds {', '.join(_FIELDS)}")
    for name, types in _FIELDS.items():
        if not isinstance(value[name], types) or isinstance(value[name], bool):
            raise ValueError(f"`{name}` has the wrong type")
    if not 0 <= value["score"] <= 1:
        raise ValueError("`score` must be within 0 and 1")
    return Vote(**value)


def spell_votes(votes: Iterable[Vote]) -> str:
    """The text of a file, a line a vote; of one person's votes on an answer the last counts."""
    last = {(*vote.about, vote.by): vote for vote in votes}
    lines = ({name: getattr(last[key], name) for name in _FIELDS} for key in sorted(last))
    return "".join(f"{compact_json(line)}\n" for line in lines)


def agreement(votes: Sequence[Vote], passed: Mapping[Answered, bool]) -> Agreement:
    """How far people agree with each other, and on the answers in ``passed`` with the suite."""
    said: dict[Answered, list[bool]] = {}
    for vote in votes:
        said.setdefault(vote.about, []).append(vote.score >= 0.5)
    pairs = [first is second for found in said.values() for first, second in combinations(found, 2)]
    people = {about: mean([float(good) for good in found]) for about, found in said.items()}
    # People who are as many for as against an answer agree with nobody.
    decided = {about: share > 0.5 for about, share in people.items() if share != 0.5 and about in passed}
    same = sum(passed[about] is good for about, good in decided.items())
    return Agreement(pairs=len(pairs), same=sum(pairs), judged=len(decided), with_suite=same)

"""Expectations on how close an answer is to a reference text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from promptctl.core.scorers.answer import Answer, Finding, Scorer, ScorerFault, excerpt
from promptctl.core.scorers.argument import keys_fault, number_of, share_fault, text_fault, texts_of

_WORD = re.compile(r"\w+")
_MOST_WORK = 10**10
"""Pairs of characters; about a second."""

NEEDS_RAPIDFUZZ = 'needs rapidfuzz: pip install "git-promptctl[evals]"'


def _overlap_fault(value: Any) -> str | None:
    if not isinstance(value, Mapping):
        return "needs {text, min}: a reference and the share of its words to find"
    fault = keys_fault(value, ("text", "min")) or share_fault(value["min"], "min")
    if fault:
        return fault
    if text_fault(value["text"]) or not _WORD.search(texts_of(value["text"])[0]):
        return "`text` must hold words"
    return None


def _overlap(value: Any, answer: Answer) -> Finding:
    """The share of the reference's distinct words, in any letter case, that occur in the answer."""
    reference = _distinct(texts_of(value["text"])[0])
    found = len(reference & _distinct(answer.text))
    share, least = found / len(reference), number_of(value["min"]) or 1.0
    explanation = f"{found} of the reference's {len(reference)} words occur ({share:.2f}, asked for {least:g})"
    return Finding(share, share >= least, explanation)


def _distinct(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))


def _distance_fault(value: Any) -> str | None:
    if not isinstance(value, Mapping):
        return "needs {text, max}: a reference and the greatest number of edits"
    if fault := keys_fault(value, ("text", "max")) or text_fault(value["text"]):
        return fault
    most = number_of(value["max"])
    if most is None or most < 0:
        return "`max` must be a number of at least 0"
    return None if find_spec("rapidfuzz") else NEEDS_RAPIDFUZZ


def _distance(value: Any, answer: Answer) -> Finding:
    """Insertions, deletions and substitutions of characters; the value is 1 - distance / longer length."""
    from rapidfuzz.distance import Levenshtein

    reference, most = texts_of(value["text"])[0], number_of(value["max"]) or 0.0
    if len(reference) * len(answer.text) > _MOST_WORK:
        raise ScorerFault("the texts are too long to count the edits between them")
    edits = Levenshtein.distance(reference, answer.text)
    closeness = 1 - edits / max(len(reference), len(answer.text))
    explanation = f"{edits} edits away from {excerpt(reference)}, at most {most:g} asked for"
    return Finding(closeness, edits <= most, explanation)


SCORERS: Mapping[str, Scorer] = {
    "word_overlap": Scorer("At least this share of a reference's words occurs: {text, min}.", _overlap_fault, _overlap),
    "levenshtein": Scorer("At most this many edits from a reference: {text, max}.", _distance_fault, _distance),
}

"""Expectations on how close an answer is to a reference text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from importlib.util import find_spec
from typing import Any

from promptctl.core.scorers.answer import Answer, Finding, Scorer, ScorerFault, excerpt
from promptctl.core.scorers.argument import keys_fault, number_of, share_fault, text_fault, texts_fault, texts_of

_WORD = re.compile(r"\w+")
_MOST_WORK = 10**10
"""Pairs of characters; about a second."""

MISSING = "needs the package "
"""How a fault begins that only an installed package mends."""


def _overlap_fault(value: Any) -> str | None:
    if not isinstance(value, Mapping):
        return "needs {text, min}: a reference and the share of its words to find"
    fault = keys_fault(value, ("text", "min")) or share_fault(value["min"])
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
    return _missing("rapidfuzz")


def _missing(package: str) -> str | None:
    return None if find_spec(package) else f"{MISSING}{package}"


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


def _reference_fault(package: str, value: Any) -> str | None:
    """For a reference, or several of them, and the least likeness."""
    if not isinstance(value, Mapping):
        return "needs {text, min}: a reference, or a list of them, and how much the answer must be like one"
    fault = keys_fault(value, ("text", "min")) or share_fault(value["min"])
    if fault:
        return fault
    several = isinstance(value["text"], list | tuple)
    fault = texts_fault(value["text"]) if several else text_fault(value["text"])
    if fault or not all(_WORD.search(text) for text in texts_of(value["text"])):
        return "`text` must hold words"
    return _missing(package)


def _rouge(value: Any, answer: Answer) -> Finding:
    """ROUGE-L (Lin 2004): F1 of the longest common subsequence of words, in any letter case; of the best reference."""
    from rapidfuzz.distance import LCSseq

    words = _WORD.findall(answer.text.casefold())
    found = 0.0
    for reference in texts_of(value["text"]):
        wanted = _WORD.findall(reference.casefold())
        if len(words) * len(wanted) > _MOST_WORK:
            raise ScorerFault("the texts are too long to compare word by word")
        found = max(found, 2 * LCSseq.similarity(words, wanted) / (len(words) + len(wanted)))
    return _likeness("ROUGE-L", found, value)


def _bleu(value: Any, answer: Answer) -> Finding:
    """BLEU of one sentence (Papineni 2002) against all references, with sacrebleu's effective order and smoothing."""
    from sacrebleu.metrics.bleu import BLEU

    score = BLEU(effective_order=True).sentence_score(answer.text, texts_of(value["text"])).score
    return _likeness("BLEU", min(score / 100, 1.0), value)


def _likeness(name: str, found: float, value: Any) -> Finding:
    least = number_of(value["min"]) or 1.0
    return Finding(found, found >= least, f"{name} is {found:.2f}, asked for {least:g}")


SCORERS: Mapping[str, Scorer] = {
    "word_overlap": Scorer("At least this share of a reference's words occurs: {text, min}.", _overlap_fault, _overlap),
    "levenshtein": Scorer("At most this many edits from a reference: {text, max}.", _distance_fault, _distance),
    "rouge_l": Scorer(
        "ROUGE-L against a reference, or the best of several, is at least this: {text, min}.",
        partial(_reference_fault, "rapidfuzz"),
        _rouge,
    ),
    "bleu": Scorer(
        "BLEU against a reference, or several, is at least this: {text, min}.",
        partial(_reference_fault, "sacrebleu"),
        _bleu,
    ),
}

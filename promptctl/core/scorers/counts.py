"""Expectations on how long an answer is: words, sentences, characters."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from promptctl.core.scorers.answer import Answer, Finding, Scorer
from promptctl.core.scorers.argument import range_fault, range_of

_SENTENCE_END = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s|$)|[。！？]+")


def words(text: str) -> list[str]:
    """The runs of characters between white space."""
    return text.split()


def sentences(text: str) -> int:
    """Stretches that end in . ! ? or … before white space, or in 。！？ anywhere; a last one may lack its mark.

    Abbreviations followed by a space count as ends.
    """
    parts = _SENTENCE_END.split(text)
    return sum(any(character.isalnum() for character in part) for part in parts)


def _counter(count: Callable[[str], int], unit: str) -> Callable[[Any, Answer], Finding]:
    def measure(value: Any, answer: Answer) -> Finding:
        low, high = range_of(value)
        found = count(answer.text)
        holds = low <= found <= high
        wanted = f"{low:g}" if low == high else f"at least {low:g}" if high == float("inf") else f"{low:g} to {high:g}"
        return Finding(float(holds), holds, f"the answer has {found} {unit}, asked for {wanted}")

    return measure


def _word_count(text: str) -> int:
    return len(words(text))


SCORERS: Mapping[str, Scorer] = {
    "word_count": Scorer("The number of words: exactly, or {min, max}.", range_fault, _counter(_word_count, "words")),
    "sentence_count": Scorer(
        "The number of sentences: exactly, or {min, max}.", range_fault, _counter(sentences, "sentences")
    ),
    "length": Scorer("The number of characters: exactly, or {min, max}.", range_fault, _counter(len, "characters")),
}

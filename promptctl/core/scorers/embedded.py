"""Expectations on how close in meaning an answer is to a text, by embeddings that are asked for beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from promptctl.core.models.embedding import cosine, read_embedding
from promptctl.core.scorers.answer import Answer, Finding, Scorer, ScorerFault
from promptctl.core.scorers.argument import keys_fault, number_of, share_fault, text_fault, texts_fault, texts_of
from promptctl.core.scorers.graded import opinion_key

SIMILAR = "similar"
_USUAL = 0.75


def references(argument: Any) -> list[str]:
    """The texts that an answer is compared with."""
    return texts_of(argument["text"] if isinstance(argument, Mapping) else argument)


def _fault(value: Any) -> str | None:
    written = value if isinstance(value, Mapping) else {"text": value}
    if fault := keys_fault(written, ("text",), ("min",)) or ("min" in written and share_fault(written["min"])):
        return fault or None
    text = written["text"]
    return texts_fault(text) if isinstance(text, list | tuple) else text_fault(text)


def _measure(value: Any, answer: Answer) -> Finding:
    """The cosine of the answer's embedding and the reference's, or the best of several; below zero counts as zero."""
    least = _USUAL
    if isinstance(value, Mapping) and "min" in value:
        least = number_of(value["min"]) or 0.0
    if not answer.text.strip():
        return Finding(0.0, least <= 0, f"the answer is empty, asked for {least:g}")
    opinion = answer.opinions.get(opinion_key(SIMILAR, value))
    if opinion is None or len(opinion.votes) < 2:
        raise ScorerFault("no embeddings were asked for")
    try:
        own, *others = map(read_embedding, opinion.votes)
        found = max(0.0, *(cosine(own, other) for other in others))
    except ValueError as error:
        raise ScorerFault(str(error)) from None
    return Finding(found, found >= least, f"similarity is {found:.2f}, asked for {least:g}")


SCORERS: Mapping[str, Scorer] = {
    SIMILAR: Scorer(
        "By embeddings, the answer is at least this close to a text, or to one of several: TEXT or {text, min}.",
        _fault,
        _measure,
    ),
}

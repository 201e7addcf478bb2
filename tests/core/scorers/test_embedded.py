from __future__ import annotations

from typing import Any

import pytest

from promptctl.core.models.embedding import spell_embedding
from promptctl.core.scorers.answer import Answer, ScorerFault
from promptctl.core.scorers.graded import Opinion, opinion_key
from promptctl.core.scorers.registry import SCORERS, Expectation, score

SIMILAR = SCORERS["similar"]


@pytest.mark.parametrize(
    "argument", ["a", ["a", "b"], {"text": "a"}, {"text": ["a"], "min": 0.5}, {"text": 5, "min": "1"}]
)
def test_arguments(argument: Any) -> None:
    assert SIMILAR.fault(argument) is None


@pytest.mark.parametrize(
    "argument",
    [
        "",
        [],
        None,
        {},
        {"min": 0.5},
        {"text": ""},
        {"text": {"a": 1}},
        {"text": "a", "min": 2},
        {"text": "a", "max": 1},
    ],
)
def test_bad_arguments_are_refused(argument: Any) -> None:
    assert SIMILAR.fault(argument)


def scored(argument: Any, *votes: str, text: str = "x", negate: bool = False) -> tuple[float, bool]:
    opinions = {opinion_key("similar", argument): Opinion(votes)} if votes else {}
    found = score(Expectation(kind="similar", argument=argument, negate=negate), Answer(text=text, opinions=opinions))
    return round(found.value, 6), found.passed


def test_the_best_reference_counts_from_min_on() -> None:
    own, near, far, opposite = (spell_embedding(numbers) for numbers in ([3, 4], [4, 3], [-4, 3], [-3, -4]))
    assert scored({"text": ["a", "b"], "min": 0.96}, own, far, near) == (0.96, True)
    assert scored({"text": "a", "min": 0.97}, own, near) == (0.96, False)
    assert scored("a", own, near) == (0.96, True)
    assert scored("a", own, far) == (0.0, False)
    assert scored({"text": "a", "min": 0}, own, opposite) == (0.0, True)
    assert scored("a", own, far, negate=True) == (1.0, True)
    assert scored("a", text=" ") == (0.0, False)


@pytest.mark.parametrize("votes", [(), ("AAAA",), ("no", "no"), (spell_embedding([1]), spell_embedding([1, 2]))])
def test_without_embeddings_there_is_no_verdict(votes: tuple[str, ...]) -> None:
    with pytest.raises(ScorerFault):
        scored("a", *votes)

"""Expectations on the answer's text: equal to, containing, starting or ending with, matching."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from promptctl.core.scorers.answer import Answer, Finding, Scorer, excerpt, met, unmet
from promptctl.core.scorers.argument import text_fault, text_of, texts_fault, texts_of
from promptctl.core.scorers.json_value import parse_answer, same_json
from promptctl.core.scorers.pattern import matches, matching_part, regex_fault


def _equals_fault(value: Any) -> str | None:
    if isinstance(value, Mapping | list | tuple) or text_of(value) is not None:
        return None
    return "needs a text, or the JSON value that the answer spells"


def _equals(value: Any, answer: Answer) -> Finding:
    """A mapping or list is compared with the JSON that the answer spells, anything else with its text."""
    expected = text_of(value)
    if expected is not None:
        holds = answer.text == expected
        return _found(holds, f"the answer {'is' if holds else 'is not'} {excerpt(expected)}", answer)
    written = parse_answer(answer.text)
    if written.fault:
        return unmet(written.fault)
    holds = same_json(written.value, value)
    return _found(holds, f"the answer {'is' if holds else 'is not'} the JSON {excerpt(value)}", answer)


def _found(holds: bool, explanation: str, answer: Answer) -> Finding:
    return Finding(float(holds), holds, explanation if holds else f"{explanation}, but {excerpt(answer.text)}")


def _contains(fold: Callable[[str], str]) -> Callable[[Any, Answer], Finding]:
    """A list stands for one expectation an item: each must occur, or with ``not_`` none may."""

    def measure(value: Any, answer: Answer) -> Finding:
        wanted, text = texts_of(value), fold(answer.text)
        missing = [item for item in wanted if fold(item) not in text]
        present = [item for item in wanted if fold(item) in text]
        explanation = "; ".join(
            f"the answer {verb} {', '.join(map(excerpt, items))}"
            for verb, items in (("contains", present), ("lacks", missing))
            if items
        )
        return Finding(len(present) / len(wanted), not missing, explanation, denied=not present)

    return measure


def _text_or_list_fault(value: Any) -> str | None:
    return texts_fault(value) if isinstance(value, list | tuple) else text_fault(value)


def _contains_any(value: Any, answer: Answer) -> Finding:
    wanted = texts_of(value)
    found = next((item for item in wanted if item in answer.text), None)
    if found is None:
        return unmet(f"the answer contains none of {', '.join(map(excerpt, wanted))}")
    return met(f"the answer contains {excerpt(found)}")


def _contains_all(value: Any, answer: Answer) -> Finding:
    wanted = texts_of(value)
    missing = [item for item in wanted if item not in answer.text]
    explanation = f"the answer lacks {', '.join(map(excerpt, missing))}" if missing else "the answer contains all"
    return Finding(1 - len(missing) / len(wanted), not missing, explanation)


def _starts_with(value: Any, answer: Answer) -> Finding:
    expected = texts_of(value)[0]
    holds = answer.text.startswith(expected)
    return _found(holds, f"the answer {'starts' if holds else 'does not start'} with {excerpt(expected)}", answer)


def _ends_with(value: Any, answer: Answer) -> Finding:
    expected = texts_of(value)[0]
    holds = answer.text.endswith(expected)
    shown = excerpt(answer.text[-60:])
    explanation = f"the answer {'ends' if holds else 'does not end'} with {excerpt(expected)}"
    return Finding(float(holds), holds, explanation if holds else f"{explanation}, but with {shown}")


def _regex(value: Any, answer: Answer) -> Finding:
    if matches(value, answer.text):
        return met(f"{excerpt(matching_part(value, answer.text))} matches {excerpt(value)}")
    return unmet(f"nothing in the answer matches {excerpt(value)}")


def _one_of(value: Any, answer: Answer) -> Finding:
    wanted = texts_of(value)
    holds = answer.text in wanted
    shown = ", ".join(map(excerpt, wanted))
    return Finding(float(holds), holds, f"{excerpt(answer.text)} is {'' if holds else 'not '}one of {shown}")


def _unchanged(text: str) -> str:
    return text


SCORERS: Mapping[str, Scorer] = {
    "equals": Scorer(
        "The answer is exactly this text; a map or list: the answer is this JSON.", _equals_fault, _equals
    ),
    "contains": Scorer(
        "The text occurs in the answer; of a list, each does (not_: none).", _text_or_list_fault, _contains(_unchanged)
    ),
    "icontains": Scorer("As contains, in any letter case.", _text_or_list_fault, _contains(str.casefold)),
    "contains_any": Scorer("At least one of the texts occurs in the answer.", texts_fault, _contains_any),
    "contains_all": Scorer("Every one of the texts occurs in the answer.", texts_fault, _contains_all),
    "starts_with": Scorer("The answer starts with this text.", text_fault, _starts_with),
    "ends_with": Scorer("The answer ends with this text.", text_fault, _ends_with),
    "regex": Scorer("The regular expression matches somewhere in the answer.", regex_fault, _regex),
    "one_of": Scorer("The answer is exactly one of these texts.", texts_fault, _one_of),
}

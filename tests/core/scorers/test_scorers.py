"""Each expectation over answers that meet it and answers that do not, in its plain and its ``not_`` form."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.scorers.answer import Answer, ScorerFault
from promptctl.core.scorers.registry import SCORERS, Expectation, score
from tests.core.scorers.measuring import measured

SCHEMA = {"type": "object", "required": ["queue"], "properties": {"queue": {"enum": ["billing", "other"]}}}
TRIAGE = '{"queue": "billing", "tags": ["a", "b"], "score": 3, "ok": true, "items": [{"n": 1}, {"n": 5}]}'


@pytest.mark.parametrize(
    ("kind", "argument", "text", "passes", "denied"),
    [
        ("equals", "yes", "yes", True, False),
        ("equals", "yes", "yes\n", False, True),
        ("equals", 3, "3", True, False),
        ("equals", True, "true", True, False),
        ("equals", {"a": [1, None]}, '{ "a": [1.0, null] }', True, False),
        ("equals", {"a": 1}, '{"a": true}', False, True),
        ("equals", {"a": 1}, "a: 1", False, True),
        ("contains", "fund", "a refund", True, False),
        ("contains", "Fund", "a refund", False, True),
        ("contains", ["re", "fund"], "a refund", True, False),
        ("contains", ["re", "bill"], "a refund", False, False),
        ("contains", ["bill", "pay"], "a refund", False, True),
        ("icontains", "STRASSE", "die Straße", True, False),
        ("icontains", ["A", "z"], "abc", False, False),
        ("contains_any", ["z", "fund"], "a refund", True, False),
        ("contains_any", ["z", "y"], "a refund", False, True),
        ("contains_all", ["re", "fund"], "a refund", True, False),
        ("contains_all", ["re", "z"], "a refund", False, True),
        ("starts_with", "a re", "a refund", True, False),
        ("starts_with", "re", "a refund", False, True),
        ("ends_with", "fund", "a refund", True, False),
        ("ends_with", "a", "a refund", False, True),
        ("regex", r"\d{3}", "call 123", True, False),
        ("regex", r"^\d{3}$", "call 123", False, True),
        ("regex", r"(?i)CALL", "call 123", True, False),
        ("one_of", ["billing", "other"], "other", True, False),
        ("one_of", ["billing", "other"], "others", False, True),
        ("one_of", [1, 2], "2", True, False),
        ("is_json", True, "[1]", True, False),
        ("is_json", True, "[1", False, True),
        ("is_json", True, "NaN", False, True),
        ("is_json", True, "1e999", False, True),
        ("is_json", True, "[" * 100_000, False, True),
        ("is_json", SCHEMA, '{"queue": "other"}', True, False),
        ("is_json", SCHEMA, '{"queue": "no"}', False, True),
        ("json_schema", SCHEMA, '{"queue": "billing"}', True, False),
        ("json_schema", SCHEMA, "{}", False, True),
        ("json_schema", SCHEMA, "billing", False, False),
        ("json_path", {"path": "$.queue"}, TRIAGE, True, False),
        ("json_path", {"path": "$.none"}, TRIAGE, False, True),
        ("json_path", {"path": "$.none", "exists": False}, TRIAGE, True, False),
        ("json_path", {"path": "$.queue", "exists": False}, TRIAGE, False, True),
        ("json_path", {"path": "$.queue", "equals": "billing"}, TRIAGE, True, False),
        ("json_path", {"path": "$.queue", "equals": "other"}, TRIAGE, False, True),
        ("json_path", {"path": "$.score", "equals": "3"}, TRIAGE, False, True),
        ("json_path", {"path": "$.ok", "equals": 1}, TRIAGE, False, True),
        ("json_path", {"path": "$.queue", "one_of": ["billing"]}, TRIAGE, True, False),
        ("json_path", {"path": "$.queue", "contains": "bill"}, TRIAGE, True, False),
        ("json_path", {"path": "$.tags", "contains": "b"}, TRIAGE, True, False),
        ("json_path", {"path": "$.tags", "contains": "z"}, TRIAGE, False, True),
        ("json_path", {"path": "$.queue", "regex": "^b"}, TRIAGE, True, False),
        ("json_path", {"path": "$.score", "regex": "3"}, TRIAGE, False, True),
        ("json_path", {"path": "$.items[*].n", "min": 1, "max": 5}, TRIAGE, True, False),
        ("json_path", {"path": "$.items[*].n", "min": 2}, TRIAGE, False, True),
        ("json_path", {"path": "$.items[*].n", "max": "4"}, TRIAGE, False, True),
        ("json_path", {"path": "$.queue", "max": 4}, TRIAGE, False, False),
        ("json_path", {"path": "$.n", "max": 4}, '{"n": NaN}', False, False),
        ("json_path", {"path": "$.items[?@.n == 5].n", "equals": 5}, TRIAGE, True, False),
        ("json_path", {"path": "$.queue", "equals": "billing"}, "no json", False, False),
        ("word_count", 2, "two words", True, False),
        ("word_count", {"max": 3}, "one two three four", False, True),
        ("word_count", {"min": "1"}, "", False, True),
        ("sentence_count", 2, "One e.g. thing costs 3.50. Two!", False, True),
        ("sentence_count", 3, 'One costs 3.50. "Two!" Three', True, False),
        ("sentence_count", 2, "一。二。", True, False),
        ("sentence_count", {"max": 0}, " ... ", True, False),
        ("length", {"min": 2, "max": 3}, "é€", True, False),
        ("length", 2, "abc", False, True),
        ("word_overlap", {"text": "The quick fox", "min": 0.6}, "a Quick, brown fox", True, False),
        ("word_overlap", {"text": "The quick fox", "min": 0.7}, "a Quick, brown fox", False, True),
        ("levenshtein", {"text": "kitten", "max": 3}, "sitting", True, False),
        ("levenshtein", {"text": "kitten", "max": 2}, "sitting", False, True),
    ],
)
def test_meaning(kind: str, argument: Any, text: str, passes: bool, denied: bool) -> None:
    assert measured(kind, argument, text).passed is passes
    assert measured(kind, argument, text, negate=True).passed is denied


@pytest.mark.parametrize(
    ("kind", "argument", "text", "value"),
    [
        ("contains", ["a", "z"], "abc", 0.5),
        ("contains_all", ["a", "b", "z", "y"], "abc", 0.5),
        ("json_path", {"path": "$.items[*].n", "min": 2}, TRIAGE, 0.5),
        ("word_overlap", {"text": "a b c d", "min": 1}, "a", 0.25),
        ("levenshtein", {"text": "abcd", "max": 0}, "abcx", 0.75),
    ],
)
def test_partial_values(kind: str, argument: Any, text: str, value: float) -> None:
    assert measured(kind, argument, text).value == pytest.approx(value)
    assert measured(kind, argument, text, negate=True).value == pytest.approx(1 - value)


@pytest.mark.parametrize(
    ("kind", "argument", "fault"),
    [
        ("equals", None, "needs a text"),
        ("contains", "", "not empty"),
        ("contains", ["a", ""], "item 2"),
        ("contains", {"a": 1}, "needs a text"),
        ("contains_any", "a, b", "list of texts"),
        ("one_of", [], "list of texts"),
        ("starts_with", ["a"], "needs a text"),
        ("regex", "a(", "unterminated subpattern at character 2"),
        ("regex", 5, "needs a regular expression"),
        ("is_json", False, "needs `true`"),
        ("json_schema", {"type": "strin"}, "is not a JSON Schema"),
        ("json_schema", {"$ref": "https://example.org/x.json"}, "is not a JSON Schema"),
        ("json_schema", True, "needs a JSON Schema"),
        ("json_path", "$.a", "needs {path"),
        ("json_path", {"equals": 1}, "lacks the key `path`"),
        ("json_path", {"path": "$.a", "equal": 1}, "unknown key `equal`"),
        ("json_path", {"path": "a.b"}, "must be a JSONPath"),
        ("json_path", {"path": "$.a[?"}, "is not a JSONPath"),
        ("json_path", {"path": "$.a", "min": 3, "max": 2}, "min is greater than max"),
        ("json_path", {"path": "$.a", "min": float("nan")}, "`min` must be a number"),
        ("json_path", {"path": "$.a", "regex": "("}, "`regex` is not a regular expression"),
        ("json_path", {"path": "$.a", "exists": False, "equals": 1}, "nothing else"),
        ("json_path", {"path": "$.a", "exists": "no"}, "true or false"),
        ("json_path", {"path": "$.a", "one_of": "a"}, "needs a list"),
        ("json_path", {"path": "$.a", "contains": []}, "`contains`"),
        ("word_count", {"min": 5, "max": 2}, "min 5 is greater than max 2"),
        ("word_count", {}, "needs `min`"),
        ("word_count", True, "needs a number"),
        ("word_count", float("nan"), "needs a number"),
        ("length", -1, "at least 0"),
        ("length", {"max": "many"}, "`max` must be a number"),
        ("length", {"least": 1}, "unknown key `least`"),
        ("word_overlap", "text", "needs {text, min}"),
        ("word_overlap", {"text": "a", "min": 0}, "above 0"),
        ("word_overlap", {"text": "…", "min": 0.5}, "must hold words"),
        ("levenshtein", {"text": "a"}, "lacks the key `max`"),
        ("levenshtein", {"text": "a", "max": "x"}, "must be a number"),
        ("latency", "fast", "needs a number"),
        ("cost", {"most": 1}, "lacks the key `max`"),
        ("cost", float("inf"), "needs a number"),
        ("python", "scorers", "module:function"),
        ("python", "scorers:polite()", "module:function"),
        ("python", {"function": "scorers:polite", "min": 2}, "at most 1"),
    ],
)
def test_unusable_arguments(kind: str, argument: Any, fault: str) -> None:
    assert fault in (SCORERS[kind].fault(argument) or "")


texts = st.text(max_size=30)


@given(texts, texts.filter(bool))
def test_a_not_form_is_the_opposite(text: str, argument: str) -> None:
    for kind in ("equals", "contains", "icontains", "starts_with", "ends_with"):
        assert measured(kind, argument, text).passed is not measured(kind, argument, text, negate=True).passed


@given(texts, st.lists(texts.filter(bool), min_size=1, max_size=4))
def test_a_list_stands_for_one_expectation_an_item(text: str, items: list[str]) -> None:
    for negate in (False, True):
        each = all(measured("contains", item, text, negate=negate).passed for item in items)
        assert measured("contains", items, text, negate=negate).passed is each


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@given(json_values)
def test_json_is_found_again_whatever_its_layout(value: Any) -> None:
    text = json.dumps(value, indent=3, sort_keys=True)
    assert measured("is_json", True, text).passed
    assert measured("json_path", {"path": "$", "equals": value}, text).passed


@given(texts, st.sampled_from(sorted(SCORERS)), json_values)
def test_no_argument_and_no_answer_breaks_a_scorer(text: str, kind: str, argument: Any) -> None:
    if SCORERS[kind].fault(argument) is not None:
        return
    try:
        found = score(Expectation(kind=kind, argument=argument), Answer(text=text))
    except ScorerFault:
        return
    assert 0 <= found.value <= 1
    assert found.explanation

"""JSON as our files hold it: what Python would let pass is refused, everything else is read as it stands."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.files.strict_json import MOST_VALUES, strict_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(VALUES, st.booleans())
def test_what_json_can_hold_is_read_back(value: Any, ascii_only: bool) -> None:
    assert strict_json(json.dumps(value, ensure_ascii=ascii_only)) == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Expecting value"),
        ("{}{}", "Extra data"),
        ("NaN", "NaN is no JSON number"),
        ("[-Infinity]", "-Infinity is no JSON number"),
        ("1e999", "the number 1e999 is too large"),
        ("9" * 5000, "Exceeds the limit"),
        ('{"a": 1, "a": 1}', "the key 'a' stands twice"),
        ('[{"a": {"b": 1, "c": 2, "b": 3}}]', "the key 'b' stands twice"),
        ('"\\ud800"', "half a character"),
        ('{"\\uDFFF": 1}', "half a character"),
        ("[" * 100_000, "nested too deeply"),
        ("[" + "[]," * MOST_VALUES + "[]]", f"more than {MOST_VALUES} values"),
    ],
    ids=lambda text: text[:20],
)
def test_what_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message.replace("[", r"\[")):
        strict_json(text)


def test_a_whole_pair_is_a_character() -> None:
    assert strict_json('"\\ud83d\\ude00"') == "😀"

"""What is spelled in YAML reads back as what it was."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from promptctl.adapters.files import parse_yaml
from promptctl.core.files.yaml_text import block, flow

_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
_lines = st.lists(_text, max_size=6).map("\n".join)
_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_text, inner, max_size=3),
    max_leaves=8,
)


def read(text: str) -> Any:
    return parse_yaml(text.encode(), "made up").value


@given(_values)
@example("a: b")
@example("NO")
@example("1.5")
@example("0x1F")
@example("a #b")
@example("\x85\u2028\xa0\ufeff")
@example({"a b": ["", " ", "x ", "-", "null", "~", "=", "<<"]})
def test_flow(value: Any) -> None:
    assert repr(read(f"- {flow(value)}\n")) == repr([value])


@given(_lines)
@example("  indented first\nthen not\n")
@example("\n\nblank lines first\n")
@example("trailing\n\n\n")
@example("no line end\nat all")
@example(" \n \n")
@example("# not a comment\nkey: value\n---\n...\n")
@example("a\r\nb\n")
@example("a\n\tb\n")
@example("a\n\x85b\n")
@example("\ta\nb")
@example("a\n   \nb")
def test_block(text: str) -> None:
    read_back = read(f"before: 1\nkey: {block(text, 2)}\nafter: [2]\n")
    assert read_back == {"before": 1, "key": text, "after": [2]}
    nested = read(f"messages:\n  - role: user\n    content: {block(text, 6)}\n  - role: x\n")
    assert nested["messages"][0]["content"] == text


@pytest.mark.parametrize(
    ("value", "spelled"),
    [
        ({"type": "string", "maxLength": 80}, "{type: string, maxLength: 80}"),
        ("echo:echo", "echo:echo"),
        ("a/b-c@v1.2.0", "a/b-c@v1.2.0"),
        ("What the user asks.", "What the user asks."),
        ("yes", '"yes"'),
        ("4.1", '"4.1"'),
        ("", '""'),
        ("Why?", '"Why?"'),
        ([], "[]"),
        (None, "null"),
    ],
)
def test_spelled_as_people_do(value: Any, spelled: str) -> None:
    assert flow(value) == spelled


def test_a_long_text_is_a_block() -> None:
    assert block("One.\n\nTwo.\n", 4) == "|\n    One.\n\n    Two."
    assert block("One.", 4) == "One."

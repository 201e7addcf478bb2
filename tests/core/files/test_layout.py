"""The canonical layout: what it does to each kind of mess, and the laws it keeps whatever a file holds."""

from __future__ import annotations

import json
import random
import textwrap
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptctl.adapters.files import parse_yaml
from promptctl.adapters.yaml_tokens import yaml_tokens
from promptctl.core.files.layout import layout
from promptctl.core.files.yaml_token import comments

ORDER = ["one", "two", "three", "four"]


def laid(text: str, order: list[str] | None = None) -> str:
    return layout(text, yaml_tokens(text), ORDER if order is None else order)


def value(text: str) -> Any:
    return parse_yaml(text.encode(), "f").value


def said(text: str) -> list[str]:
    return [comment.text for comment in comments(text, yaml_tokens(text))]


CASES = {
    "right already": ("one: 1\ntwo: [a,b]   # aligned\n\n# about three\nthree:\n  - {a: 1}\n", None),
    "empty": ("", None),
    "only a comment": ("# nothing\n", None),
    "a flow mapping is left": ("{two: 2,   one: 1}\n", None),
    "a text is left": ("just text\n", None),
    "order": ("two: 2\none: 1\n", "one: 1\ntwo: 2\n"),
    "unknown keys last": ("zzz: 0\nyyy: 0\ntwo: 2\none: 1\n", "one: 1\ntwo: 2\nzzz: 0\nyyy: 0\n"),
    "comments move with their key": (
        "# of two\ntwo: 2  # beside two\n# of one\n\n# of one too\none: 1\n",
        "# of one\n\n# of one too\none: 1\n# of two\ntwo: 2  # beside two\n",
    ),
    "the head stays": ("# head\n\n# of two\ntwo: 2\none: 1\n", "# head\n\none: 1\n# of two\ntwo: 2\n"),
    "a modeline stays": (
        "# yaml-language-server: $schema=x\n# of two\ntwo: 2\none: 1\n",
        "# yaml-language-server: $schema=x\none: 1\n# of two\ntwo: 2\n",
    ),
    "the foot stays": ("two: 2\none: 1\n\n# foot\n", "one: 1\ntwo: 2\n\n# foot\n"),
    "a deeper comment stays": ("two:\n  a: 1\n  # end of two\none: 1\n", "one: 1\ntwo:\n  a: 1\n  # end of two\n"),
    "indentation": ("one:\n    a:\n         b: 1\n    c: 2\n", "one:\n  a:\n    b: 1\n  c: 2\n"),
    "an indented file": ("  one: 1\n  two: 2\n", "one: 1\ntwo: 2\n"),
    "dashes": ("one:\n- a\n- b: 1\n  c: 2\n-   d: 3\n    e: 4\n",
               "one:\n  - a\n  - b: 1\n    c: 2\n  - d: 3\n    e: 4\n"),
    "a dash alone": ("one:\n  -\n    a: 1\n  -\n  - - b\n    -   c\n", "one:\n  - a: 1\n  -\n  - - b\n    - c\n"),
    "a commented dash": ("one:\n- # first\n  a: 1\n", "one:\n  - # first\n    a: 1\n"),
    "blanks around values": ("one:    1\ntwo  :  a\nthree:\n  b\n", "one: 1\ntwo: a\nthree: b\n"),
    "a comment before a value": ("one:   # why\n      1\ntwo:\n  # why\n  2\n",
                                 "one:   # why\n  1\ntwo:\n  # why\n  2\n"),
    "comments before dashes": ("one:\n# a\n- x\n# b\n- y\n# c\ntwo: 1\n",
                               "one:\n  # a\n  - x\n  # b\n  - y\n# c\ntwo: 1\n"),
    "blank lines": ("\n\none: 1\n\n\n\ntwo:\n\n  a: 1\n\n\n", "one: 1\n\ntwo:\n\n  a: 1\n"),
    "no line end": ("one: 1", "one: 1\n"),
    "ends of lines": ("one: 1  \ntwo:  \n  - a \n", "one: 1\ntwo:\n  - a\n"),
    "markers of a document": ("---\none: 1\n...\n", "one: 1\n"),
    "explicit keys": ("? one\n: 1\n", "one: 1\n"),
    "a comment inside a key": ("? one # why\n: 1\n", None),
    "quoted text of lines": ('one: "a\\nb\\n"  # why\n', "one: |  # why\n  a\n  b\n"),
    "folded quotes of lines": ("one:\n  - 'a\n\n    b'\n", "one:\n  - |-\n    a\n    b\n"),
    "one line and its end": ('one: "a\\n"\ntwo: "\\n\\n"\n', None),
    "what no block can hold": ('one: "a\\n\\x07b"\n', None),
    "text that starts indented": ('one: " a\\nb"\n', "one: |2-\n   a\n  b\n"),
    "plain text over lines": ("one: a\n      b\n\n      c\n  d\n", "one: |-\n  a b\n  c d\n"),
    "plain text of one line": ("one: a\n      b\n", "one: a\n  b\n"),
    "block text": ("one: |-\n     a\n       b  \n\n     c\n\n\n# two\ntwo: >+2\n    x\n\n   # no comment\n\n",
                   "one: |-\n  a\n    b  \n\n  c\n\n# two\ntwo: >2+\n    x\n\n   # no comment\n\n"),
    "kept blank lines do not move": ("two: |+\n  a\n\none: 1\n", "two: |+\n  a\n\none: 1\n"),
    "hashes in text do not move": ("two: |\n  a\n\n  # b\none: 1\n", "one: 1\ntwo: |\n  a\n\n  # b\n"),
    "a comment beside an indicator": ("one: |   # why\n    a\n", "one: |   # why\n  a\n"),
    "flow over lines": ("one: {\n      a: 1,\n      b: [2,\n        3],\n    }\n",
                        "one: {\n  a: 1,\n  b: [2,\n    3],\n}\n"),
    "flow with comments": ("one: [a, # why\n  b]\n", None),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_layout(name: str) -> None:
    before, after = CASES[name]
    expected = before if after is None else after
    assert laid(before) == expected
    assert laid(expected) == expected
    assert value(expected) == value(before)
    assert sorted(said(expected)) == sorted(said(before))


NAMES = st.sampled_from([*ORDER, "five", "'six'"])
TEXTS = st.sampled_from(["", "a", "no", "1", "a b", " a", "a\nb\n", "a\n\nb", "\n", " a\n b", "a # b", "# a", "{{ x }}",
                         "a: b", "- a", "é\U0001f600\nß", "a\n\n", "a\n# b\n", "ends  \nhere", "\ta\nb"])  # fmt: skip
VALUES = st.recursive(
    TEXTS | st.none() | st.integers(-9, 99) | st.booleans() | st.sampled_from([1.0, 1.5]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)
MESS = st.randoms(use_true_random=False)


def written(found: Any, mess: random.Random, indent: int) -> str:
    """A value as somebody in a hurry would write it below a key or behind a dash at ``indent``, blanks included."""
    flow = json.dumps(found, ensure_ascii=False)
    if not found or mess.random() < 0.2 or not isinstance(found, dict | list | str):
        return " " * mess.randint(1, 3) + flow + beside(mess)
    if isinstance(found, str):
        if "\n" in found and found.strip() and mess.random() < 0.7:
            inner = indent + mess.randint(1, 5)
            digit = str(inner - indent) if found[0] in " \t\n" else ""
            keep = "+" if found.endswith("\n\n") else "" if found.endswith("\n") else "-"
            lines = found.removesuffix("\n").split("\n")
            text = "\n".join(" " * inner + line if line else "" for line in lines)
            return f" |{digit}{keep}{beside(mess)}\n{text}"
        return f" {flow}" if mess.random() < 0.5 else f"{beside(mess)}\n{' ' * (indent + 1)}{flow}"
    bare = isinstance(found, list) and mess.random() < 0.5
    inner = indent + (0 if bare else mess.randint(1, 4))
    return beside(mess) + "\n" + block_of(found, mess, inner)


def block_of(found: Any, mess: Any, indent: int) -> str:
    lines = []
    for item in found.items() if isinstance(found, dict) else [(None, item) for item in found]:
        if mess.random() < 0.3:
            lines.append(" " * mess.choice([0, indent, indent + 2]) + f"# note {mess.randint(0, 9)}")
        if mess.random() < 0.2:
            lines += [" " * mess.randint(0, 3)] * mess.randint(1, 3)
        name, inner = item
        head = "-" if name is None else f"{name}:"
        below = indent + 1 if name is None and isinstance(inner, list) else indent
        lines.append(" " * indent + head + written(inner, mess, below))
    return "\n".join(lines)


def beside(mess: Any) -> str:
    return f"  # aside {mess.randint(0, 9)}" if mess.random() < 0.2 else ""


def plain(found: Any) -> Any:
    """The value with keys as the text means them, and the type of each number said."""
    if isinstance(found, dict):
        return {key.strip("'"): plain(item) for key, item in found.items()}
    if isinstance(found, list):
        return [plain(item) for item in found]
    return (type(found).__name__, found)


@settings(max_examples=120)
@given(st.dictionaries(NAMES, VALUES, min_size=1, max_size=5), MESS)
def test_whatever_a_file_holds_its_meaning_and_comments_stay(found: dict[str, Any], mess: Any) -> None:
    text = block_of(found, mess, 0) + mess.choice(["", "\n", "\n\n# foot\n"])
    before = plain(value(text))
    after = laid(text)
    assert plain(value(after)) == before, textwrap.indent(f"{text}\n=>\n{after}", "| ")
    assert sorted(said(after)) == sorted(said(text))
    assert laid(after) == after
    keys = [key for key in value(after) if key in ORDER]
    assert keys == sorted(keys, key=ORDER.index) or (after == text and "|+" in text)

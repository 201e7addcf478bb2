"""Items put into YAML that somebody else laid out."""

from __future__ import annotations

import pytest

from promptctl.adapters.yaml_tokens import yaml_tokens
from promptctl.core.files.yaml_edit import with_item

LINES = ["- name: new", "  expect: [1]"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cases:\n  - name: a\n", "cases:\n  - name: a\n  - name: new\n    expect: [1]\n"),
        ("cases:\n- name: a\ngate: {}\n", "cases:\n- name: a\n- name: new\n  expect: [1]\ngate: {}\n"),
        ("cases:\n- {name: a}  # one\n", "cases:\n- {name: a}  # one\n- name: new\n  expect: [1]\n"),
        ("# x\ncases:\n    - name: a", "# x\ncases:\n    - name: a\n    - name: new\n      expect: [1]\n"),
        (
            "cases:\n  - a: |\n      b\n\n\n# g\ng: {}\n",
            "cases:\n  - a: |\n      b\n  - name: new\n    expect: [1]\n\n\n# g\ng: {}\n",
        ),
        ("o:\n  cases:\n  - b\ncases:\n- a\n", "o:\n  cases:\n  - b\ncases:\n- a\n- name: new\n  expect: [1]\n"),
        ("cases: [{name: a}]\n", None),
        ("cases: {}\n", None),
        ("other: []\n", None),
    ],
)
def test_an_item_goes_behind_the_others(text: str, expected: str | None) -> None:
    assert with_item(text, yaml_tokens(text), "cases", LINES) == expected

"""Texts with values put in: without the template engine where that says the same."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from promptctl.core.evals.expectation import _put_in
from promptctl.core.prompts.template import Renderer, TemplateFault

KNOWN = ["{{ row.a }}", "{{inputs.b}}", "{{ row.items }}", "{{ row.gone }}", "{{ row.n }}", "words", "é"]
SIGNS = [
    "{{",
    "}}",
    "{",
    "}",
    "{%",
    "%}",
    "{#",
    "#}",
    "\n",
    "\r",
    " ",
    "{{- row.a }}",
    "{{ row.a | upper }}",
    "{{ 1 }}",
]
PIECES = st.sampled_from(KNOWN + SIGNS)
VALUES = {"row": {"a": "A{{ x }}", "n": 5, "items": "I"}, "inputs": {"b": "<b>\n"}}


@given(st.lists(PIECES, max_size=6).map("".join))
@example("{{{ row.a }}}")
@example("{{ row.a }}\n")
def test_what_is_put_in_is_what_the_engine_renders(text: str) -> None:
    found = _put_in(text, VALUES)
    if found is not None:
        assert Renderer({text: text}).render(text, VALUES) == found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("say {{ row.a }}, {{inputs.b}}!", "say A{{ x }}, <b>\n!"),
        ("{{ row.n }} times", None),
        ("{{ row.gone }} times", None),
        ("{{ row.items }}", None),
        ("{{ row.a }} {% if 1 %}", None),
        ("{{{ row.a }}}", None),
    ],
)
def test_the_engine_is_left_to_what_needs_it(text: str, expected: str | None) -> None:
    assert _put_in(text, VALUES) == expected


def test_long_texts_pay_for_themselves() -> None:
    assert _put_in("{{ row.a }}", {"row": {"a": "x" * 6401}, "inputs": {}}) is None
    with pytest.raises(TemplateFault):
        Renderer({"t": "{{ row.gone }}"}).render("t", VALUES)

"""Templates of plain Jinja render here as they do there, and ours render there as they do here."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st
from jinja2 import Environment, StrictUndefined

from promptctl.core.exporting.jinja import plain
from promptctl.core.files.document import Document, Mark
from promptctl.core.importing.jinja import converted, printed_only
from promptctl.core.importing.node import Node
from tests.rendered_value import render_value

VALUES = {"a": True, "b": False, "name": "Ada", "items": ["x", "y"]}
THERE = Environment(undefined=StrictUndefined)
_texts = st.sampled_from(["", " ", "\n", "  \n", "\n  ", "word", "word\n", " { ", "\n\n", "\t"])
_closed = st.sampled_from(
    [
        ("{% if a %}", "{% endif %}"),
        ("{% if b %}", "{% else %}", "{% endif %}"),
        ("{%- if a %}", "{% endif -%}"),
        ("{% for item in items %}", "{{ item }}", "{% endfor %}"),
        ("{# a comment #}",),
        ("{% raw %}", "{{ name }}", "{% endraw %}"),
        ("{{name}}",),
        ("{{ name -}}",),
        ("{% set c = name %}", "{{ c }}"),
    ]
)


@st.composite
def templates(draw: st.DrawFn) -> str:
    """Tags in an order that can be, with white space of all kinds between them."""
    found = draw(_texts)
    for tags in draw(st.lists(_closed, max_size=4)):
        for tag in tags:
            found += tag + draw(_texts)
    return found


def ours(text: str) -> str:
    return converted(Node(Document("made up", text, {(): Mark(1, 1, 1)}, text)), text)


@given(templates())
@example("{% if a %}\n  x\n  {% endif %}\ny")
@example("a\n{% raw %}\n {{ x }}\n{% endraw %}\nb")
def test_white_space_stays_what_it_is_there(text: str) -> None:
    assert render_value(ours(text), VALUES) == THERE.from_string(text).render(VALUES)


@given(templates())
@example("a\n  {% if a %}\nb\n  {% endif %}\nc")
@example("a {%+ if a +%}\nb{% endif %}\n")
def test_ours_renders_there_as_it_does_here(text: str) -> None:
    assert THERE.from_string(plain(text)).render(VALUES) == render_value(text, VALUES)


@given(templates())
def test_there_and_back(text: str) -> None:
    once = ours(text)
    assert ours(plain(once)) == once


def test_words_of_nunjucks() -> None:
    assert ours("{% if x === 1 %}a{% elseif x !== 2 %}b{% endif %}") == (
        "{% if x == 1 %}a{% elif x != 2 %}b{% endif %}"
    )


def test_what_is_only_printed() -> None:
    assert printed_only("{{ a }}{{ b | upper }}{% for x in c %}{{ x }}{% endfor %}{{ c }}{{ d.e }}") == {"a", "x"} - {
        "x"
    }

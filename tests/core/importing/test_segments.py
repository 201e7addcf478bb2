"""Texts with variables become templates that render to them, whatever braces the texts hold."""

from __future__ import annotations

from string import Template

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from promptctl.core.exporting.exported import segments_of
from promptctl.core.importing.segments import NoSegment, Variable, braces, dollars, escaped, format_fields, jinja
from tests.rendered_value import render_value

_texts = st.text(st.sampled_from("{}%#$ \nab\"'"), max_size=12)


@given(_texts)
@example("{{ a }")
@example("{% raw %}{{ x }}{% endraw %}")
def test_a_text_renders_to_itself(text: str) -> None:
    assert render_value(escaped(text + "|"), {}) == text + "|"


@given(st.lists(_texts | st.just(Variable("v")), max_size=5))
def test_a_template_of_segments_says_them(pieces: list[str | Variable]) -> None:
    written = "".join("VALUE" if isinstance(piece, Variable) else piece for piece in pieces)
    assert render_value(jinja([*pieces, "|"]), {"v": "VALUE"}) == written + "|"


@given(st.lists(_texts | st.just(Variable("v")), max_size=5))
def test_segments_are_found_again(pieces: list[str | Variable]) -> None:
    template = jinja([*pieces, "|"])
    assert jinja(segments_of(template) or []) == template


@given(_texts)
def test_dollars_are_those_of_python(text: str) -> None:
    try:
        theirs = Template(text).substitute(a="A", b="B", ab="AB", ba="BA")
    except (ValueError, KeyError):
        return
    values = {"a": "A", "b": "B", "ab": "AB", "ba": "BA"}
    assert render_value(jinja([*dollars(text), "|"]), values) == theirs + "|"


@given(_texts)
def test_format_fields_are_those_of_python(text: str) -> None:
    try:
        read = format_fields(text)
    except NoSegment:
        return
    values = {name: name.upper() for name in ("a", "b", "ab", "ba", "aa", "bb")}
    assert render_value(jinja([*read, "|"]), values | dict.fromkeys(_names(read), "?") | values) == (
        text.format(**(dict.fromkeys(_names(read), "?") | values)) + "|"
    )


def _names(read: list[str | Variable]) -> list[str]:
    return [piece.name for piece in read if isinstance(piece, Variable)]


@pytest.mark.parametrize("text", ["{0}", "{a.b}", "{a!r}", "{a:>3}", "{", "}", "{}"])
def test_more_than_a_field_is_refused(text: str) -> None:
    with pytest.raises(NoSegment):
        format_fields(text)


def test_only_plain_names_are_variables() -> None:
    assert [piece for piece in braces("{{ a }}{{b}}{{ c.d }}{{#if x}}") if piece] == [
        Variable("a"),
        Variable("b"),
        "{{ c.d }}{{#if x}}",
    ]

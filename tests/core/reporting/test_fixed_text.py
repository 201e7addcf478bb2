"""What every call sends alike, and when two texts differ in nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.prompts.render import Rendering
from promptctl.core.reporting.fixed_text import fixed_text, text_size
from promptctl.core.reporting.other_version import fixed_change
from tests.closures import closure_of

INPUTS = "model: m\ninputs: {a: {type: string}, b: {type: string, default: xy}}\nmessages:\n"
PARTIAL = {"s/t.j2": "four{{ b }}"}


def user(*texts: str) -> str:
    return INPUTS + "".join(f"- {{role: user, content: '{text}'}}\n" for text in texts)


@pytest.mark.parametrize(
    ("before", "now", "bytes_more"),
    [
        ("ab{{ a }}", "abcdef{{ a }}", 4),
        ("{{ a }} and {{ b }}", "{{ b }}{{ a }}", -5),
        ("{{ a }}☃", "{{ a }}", -3),
        ("{% if a %}yes{% endif %}no", "maybe{% if a %}yes{% endif %}", 3),
        ('{{ a }}{% include "s/t.j2" %}', "{{ a }}four{{ b }}more", 4),
        ('{{ a }}{% include "s/t.j2" %}', '{{ a }}{% include "s/t.j2" %}{% include "s/t.j2" %}', None),
        ("{% if a %}yes{% endif %}", "{% if a %}yes!{% endif %}", None),
        ("{{ a }}", "{{ a }}{{ a }}", None),
        ("{{ a }}", "{{ b }}", None),
        ("{{ a }}", "{{ a | upper }}", None),
        ("{% for x in a %}.{% endfor %}", "{{ a }}", None),
    ],
)
def test_only_fixed_parts_may_differ(before: str, now: str, bytes_more: int | None) -> None:
    change = fixed_change(*(fixed_text(closure_of(user(text), PARTIAL)) for text in (before, now)))
    assert (change and float(change.tokens)) == (None if bytes_more is None else bytes_more / 4)


@pytest.mark.parametrize(
    ("before", "now", "same"),
    [
        (user("{{ b }}"), user("{{ b }}").replace("default: xy", "default: z"), False),
        (user("{{ a }}"), user("{{ a }}").replace("default: xy", "default: z"), True),
        (INPUTS + "- {placeholder: a}", INPUTS + "- {placeholder: b}", False),
        (INPUTS + "- {placeholder: a}", INPUTS + "- {placeholder: a}\n- {role: user, content: more}", True),
        (user("x"), user("x").replace("model: m\n", "model: m\noutput: {type: object}\n"), True),
    ],
)
def test_more_than_templates_counts(before: str, now: str, same: bool) -> None:
    assert (fixed_change(fixed_text(closure_of(before)), fixed_text(closure_of(now))) is not None) is same


def test_a_partial_that_a_condition_includes_is_looked_into() -> None:
    text = user('{% if a %}{% include "s/t.j2" %}{% endif %}')
    sides = [fixed_text(closure_of(text, {"s/t.j2": partial})) for partial in ("one", "two")]
    assert fixed_change(*sides) is None
    assert fixed_change(sides[0], sides[0])


PIECES = st.lists(
    st.sampled_from(
        ["plain", "☃", "{{ a }}", "{{ b }}", "{% if a %}yes{% else %}no{% endif %}", '{% include "s/t.j2" %}']
    )
)
VALUES = st.text(st.characters(codec="utf-8"), max_size=5)


@given(before=PIECES, now=PIECES, values=st.lists(VALUES, min_size=2, max_size=2))
def test_equal_variables_make_the_fixed_difference_that_of_every_rendering(
    before: list[str], now: list[str], values: list[str]
) -> None:
    sides = [closure_of(user("." + "".join(pieces)), PARTIAL) for pieces in (before, now)]
    change = fixed_change(*map(fixed_text, sides))
    if change is not None:
        given_inputs: dict[str, Any] = dict(zip("ab", values, strict=True))
        sizes = [text_size(Rendering(side).messages(given_inputs)) for side in sides]
        assert None not in sizes
        assert (sizes[1] or 0) - (sizes[0] or 0) == change.tokens * 4


def test_images_have_no_size() -> None:
    image = {"type": "image_url", "image_url": {"url": "https://e.example/a.png"}}
    assert text_size([{"role": "user", "content": [{"type": "text", "text": "ab"}, image]}]) is None
    assert text_size([{"role": "user", "content": [{"type": "text", "text": "ab"}]}, {"content": "☃"}]) == 5

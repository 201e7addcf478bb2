"""L024 stands where the rendered text shows it: the end of a partial meets the line after its include."""

from __future__ import annotations

import json

import pytest

from promptctl.core.lint.includes import include_findings
from promptctl.core.prompts.render import Rendering
from tests.closures import closure_of

JOINED = (
    "{% include 'a.j2' %}\nnext",
    '{%include "a.j2"%}\nnext',
    "  {% include 'a.j2' %}\nnext",
    "first\n{% include 'a.j2' ignore missing %}\nnext",
    "{% include 'a.j2' %}\n{% include 'a.j2' %}\n\nnext",
    "{% include 'a.j2' %}\n{{ 'next' }}",
)
KEPT = (
    "{% include 'a.j2' +%}\nnext",
    "{% include 'a.j2' %}\n\nnext",
    "{% include 'a.j2' %} \nnext",
    "so {% include 'a.j2' %}\n",
    "{% include 'a.j2' %}",
    "{% raw %}\n{% include 'a.j2' %}\nnext{% endraw %}",
    "{#\n{% include 'a.j2' %}\nnext #}",
)
ENDS = {
    "end": True,
    "end\n": True,
    "x\nend\n": True,
    "end\n\n": False,
    "": False,
    "{% if true %}\nend\n{% endif %}\n": False,
}


def judged(template: str, partial: str) -> tuple[int, bool]:
    """How many findings there are, and whether the rendered text runs on behind the partial's ``end``."""
    closure = closure_of(f"template: {json.dumps(template)}\n", {"a.j2": partial})
    (message,) = Rendering(closure).messages({})
    return len(list(include_findings(closure))), "endnext" in message["content"] or "endend" in message["content"]


@pytest.mark.parametrize("template", JOINED)
def test_a_joined_line_is_found(template: str) -> None:
    assert judged(template, "end\n") == (1, True)


@pytest.mark.parametrize("template", KEPT)
def test_a_line_that_is_kept_is_left_alone(template: str) -> None:
    assert judged(template, "end\n") == (0, False)


@pytest.mark.parametrize(("partial", "joined"), ENDS.items())
def test_what_a_partial_ends_with_counts(partial: str, joined: bool) -> None:
    assert judged("{% include 'a.j2' %}\nnext", partial) == (int(joined), joined)


def test_taking_the_line_break_away_is_what_its_author_wrote() -> None:
    assert judged("{% include 'a.j2' -%}\nnext", "end\n") == (0, True)


def test_the_place_is_that_of_the_include_also_in_a_partial() -> None:
    text = "template: |\n  first\n  {% include 'a.j2' %}\n  next\n"
    (finding,) = include_findings(closure_of(text, {"a.j2": "end\n"}))
    assert str(finding.place) == "prompts/p/prompt.yaml:3:6"
    outer = closure_of("template: |\n  {% include 'b.j2' %}\n", {"b.j2": "{% include 'a.j2' %}\nnext\n", "a.j2": "end"})
    (finding,) = include_findings(outer)
    assert (str(finding.place), finding.hint) == ("prompts/b.j2:1:4", 'keep the line break: {% include "a.j2" +%}')

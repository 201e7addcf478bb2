from __future__ import annotations

import pytest

from promptctl.core.lint.variables import partial_variable_findings, variable_findings
from tests.closures import closure_of

LOOP = '{% for item in items %}{% include "a.j2" %}{% endfor %}'
PARTIALS = [
    ("inputs: {x: {}}\ntemplate: '{% include \"a.j2\" %}'\n", {"a.j2": "{{ x }}"}, []),
    ("template: '{% include \"a.j2\" %}'\n", {"a.j2": "{{ x }}"}, ["x"]),
    (f"inputs: {{items: array}}\ntemplate: '{LOOP}'\n", {"a.j2": "{{ item }}"}, []),
    ("template: '{% set x = 1 %}{% include \"a.j2\" %}'\n", {"a.j2": '{% include "b.j2" %}', "b.j2": "{{ x }}"}, []),
    ("template: '{% include \"a.j2\" %}'\n", {"a.j2": '{% set x = 1 %}{% include "b.j2" %}', "b.j2": "{{ x }}"}, []),
    ("template: '{% include \"a.j2\" %}'\n", {"a.j2": "{% if x is defined %}{{ x }}{% endif %}"}, []),
    ("template: '{% include \"a.j2\" %}'\n", {"a.j2": "{{ x | default(1) }}"}, []),
    ("inputs: {x: {}}\ntemplate: '{{ x }}{% from \"a.j2\" import m %}{{ m() }}'\n",
     {"a.j2": "{% macro m() %}{{ x }}{% endmacro %}"}, ["x"]),
    ("template: '{% from \"a.j2\" import m %}{{ m(1) }}'\n", {"a.j2": "{% macro m(x) %}{{ x }}{% endmacro %}"}, []),
    ("inputs: {x: {}}\ntemplate: '{{ x }}{% extends \"a.j2\" %}'\n",
     {"a.j2": "{% block b %}{{ x }}{% endblock %}"}, []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "partials", "names"), PARTIALS)
def test_a_partial_sees_what_its_includers_have(text: str, partials: dict[str, str], names: list[str]) -> None:
    closure = closure_of(text, partials)
    found = [finding.message.split("`")[1] for finding in partial_variable_findings([closure])]
    assert found == names
    assert not list(variable_findings(closure))


def test_the_column_is_that_of_the_name_inside_its_tag() -> None:
    closure = closure_of('template: "ticket: {{ ticket }}"\n')
    (finding,) = variable_findings(closure)
    assert str(finding.place) == "prompts/p/prompt.yaml:1:23"


def test_a_name_is_reported_once_for_each_template() -> None:
    closure = closure_of(
        "messages:\n  - {role: user, content: '{{ a }}{{ a }}'}\n  - {role: user, content: '{{ a }}'}\n"
    )
    assert [finding.place.line for finding in variable_findings(closure)] == [2, 3]

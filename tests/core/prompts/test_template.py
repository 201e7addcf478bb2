"""The sandbox: what templates may do, and where failures point."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader, Environment, StrictUndefined

from promptctl.core.prompts.template import Renderer, TemplateFault, read_template


def read_and_render(template: str, values: dict[str, object]) -> str:
    read_template("t", template)
    return Renderer({"t": template}).render("t", values)


ESCAPES = [
    "{{ ''.__class__ }}",
    "{{ ''['__class__'] }}",
    "{{ ''|attr('__class__') }}",
    "{{ x.__init__.__globals__ }}",
    "{{ [].append(1) }}",
    "{{ {}.update(a=1) }}",
    "{{ '{0.__class__}'.format(x) }}",
    "{{ '%s'|format(x.__class__) }}",
    "{{ cycler.__init__ }}",
    "{{ lipsum() }}",
    "{{ joiner }}",
    "{{ self._TemplateReference__context }}",
    "{{ config }}",
    "{{ request }}",
    "{{ range(10000000) }}",
    "{{ x|map(attribute='__class__')|list }}",
    "{{ namespace.__init__ }}",
    "{% import 'os' as os %}",
    "{% do x.append(1) %}",
    "{% debug %}",
]


@pytest.mark.parametrize("template", ESCAPES)
def test_no_template_reaches_out_of_its_data(template: str) -> None:
    with pytest.raises(TemplateFault):
        read_and_render(template, {"x": [1]})


FAILURES = [
    ("a\n{{ missing }}", 2, "'missing' is undefined"),
    ("{{ x.missing }}", 1, "has no attribute 'missing'"),
    ("\n\n{{ 1 / 0 }}", 3, "division by zero"),
    ("{{ x + 'a' }}", 1, "TypeError"),
    ("{% for i in 5 %}{% endfor %}", 1, "TypeError"),
    ("{{ [x.missing] }}", 1, "has no attribute 'missing'"),
    ("\n{{ 'abc'|truncate(-1) }}", 2, "expected length"),
]


@pytest.mark.parametrize(("template", "line", "message"), FAILURES)
def test_a_failure_names_template_and_line(template: str, line: int, message: str) -> None:
    with pytest.raises(TemplateFault, match=message) as caught:
        Renderer({"t": template}).render("t", {"x": {}})
    assert (caught.value.template, caught.value.line) == ("t", line)


def test_a_failure_inside_a_partial_names_the_partial() -> None:
    texts = {"t": "{% include 'p.j2' %}", "p.j2": "one\ntwo\n{{ missing }}"}
    with pytest.raises(TemplateFault) as caught:
        Renderer(texts).render("t", {})
    assert (caught.value.template, caught.value.line) == ("p.j2", 3)


def test_endless_recursion_is_a_fault() -> None:
    with pytest.raises(TemplateFault):
        Renderer({"t": "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}"}).render("t", {})


def test_parsing_never_compiles_so_folding_cannot_explode() -> None:
    assert read_template("t", "{{ 'a' * 10**9 }}").undeclared == frozenset()


@pytest.mark.parametrize("template", ["\n{% macro m(a, b, a) %}{% endmacro %}", "\n{% call(a, a) m() %}{% endcall %}"])
def test_an_argument_that_stands_twice_is_told_before_it_is_compiled(template: str) -> None:
    with pytest.raises(TemplateFault, match="`a` stands twice") as caught:
        read_template("t", template)
    assert caught.value.line == 2


def test_a_number_of_too_many_digits_is_a_fault_in_its_line() -> None:
    with pytest.raises(TemplateFault, match="too many digits") as fault:
        read_template("t", "a\n{{ " + "9" * 250_000 + " }}")
    assert fault.value.line == 2


def test_a_template_is_at_most_256_kib() -> None:
    with pytest.raises(TemplateFault, match="256 KiB"):
        read_template("t", "x" * (256 * 1024 + 1))


TEMPLATES = [
    "{{ a }} and {{ b|join(', ') }}",
    "{% for x in b %}\n  - {{ loop.index }} {{ x|upper }}\n{% endfor %}\n",
    "{% if a %}\n  yes\n{% else %}\n  no\n{% endif %}\nrest\n",
    "{%- macro m(x) -%}<{{ x }}>{%- endmacro -%}\n{{ m(a) }}",
    "{% set n = namespace(v=0) %}{% for x in b %}{% set n.v = n.v + 1 %}{% endfor %}{{ n.v }}",
    "{{ b }} {{ {'k': a} }} {{ 1.50 }} {{ none }} {{ true }}",
    "{{ a|tojson }} {{ a|e }} {{ a|replace('a', 'b') }}\n\n",
    "{% raw %}{{ not a variable }}{% endraw %} {# note #}",
    "{% from 'p.j2' import hello %}{{ hello(a) }}",
]


@given(st.sampled_from(TEMPLATES), st.text(max_size=30), st.lists(st.text(max_size=5), max_size=4))
def test_output_is_byte_for_byte_what_plain_jinja_gives(template: str, a: str, b: list[str]) -> None:
    partial = "{% macro hello(x) %}hello {{ x }}{% endmacro %}"
    plain = Environment(
        loader=DictLoader({"t": template, "p.j2": partial}),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    )
    expected = plain.get_template("t").render(a=a, b=b)
    assert Renderer({"t": template, "p.j2": partial}).render("t", {"a": a, "b": b}) == expected

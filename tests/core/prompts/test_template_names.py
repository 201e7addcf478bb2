from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, meta

from promptctl.core.prompts.template import GLOBALS, TemplateFault, read_template

CASES = [
    ("plain text", set()),
    ("{{ a }}", {"a"}),
    ("{{ a.b[c] }}", {"a", "c"}),
    ("{% set a = b %}{{ a }}", {"b"}),
    ("{{ a }}{% set a = 1 %}", {"a"}),
    ("{% if x %}{% set w = 1 %}{% endif %}{{ w }}", {"x"}),
    ("{% for q in qs %}{{ q }}{{ loop.index }}{% endfor %}", {"qs"}),
    ("{% for q in qs %}{% endfor %}{{ q }}", {"q", "qs"}),
    ("{% for q in q %}{{ q }}{% endfor %}", {"q"}),
    ("{% for q in qs if q > limit %}{% else %}{{ q }}{% endfor %}", {"qs", "limit", "q"}),
    ("{% for k, v in pairs %}{{ k }}{{ v }}{% endfor %}", {"pairs"}),
    ("{% macro m(a, b=c) %}{{ a }}{{ b }}{{ d }}{{ caller() }}{{ varargs }}{% endmacro %}{{ m(1) }}", {"c", "d"}),
    ("{% macro m() %}{{ later }}{% endmacro %}{% set later = 1 %}{{ m() }}", set()),
    ("{% macro m() %}{% endmacro %}{% call(x) m() %}{{ x }}{{ y }}{% endcall %}", {"y"}),
    ("{% with a = b %}{{ a }}{% endwith %}{{ a }}", {"a", "b"}),
    ("{% set t %}{{ x }}{% endset %}{{ t }}", {"x"}),
    ("{% filter upper %}{{ x }}{% endfilter %}", {"x"}),
    ("{% set ns = namespace(n=0) %}{% for i in range(3) %}{% set ns.n = i %}{% endfor %}{{ ns.n }}", set()),
    ("{% set other.n = 1 %}", {"other"}),
    ('{% import "m.j2" as m %}{{ m.x() }}', set()),
    ('{% from "m.j2" import x, y as z %}{{ x }}{{ z }}{{ y }}', {"y"}),
    ("{% block b %}{{ super() }}{{ x }}{% endblock %}", {"x"}),
    ("{{ a if b else c }}", {"a", "b", "c"}),
    ("{{ a is defined }}", {"a"}),
]


@pytest.mark.parametrize(("text", "free"), CASES)
def test_names_read_from_outside(text: str, free: set[str]) -> None:
    assert read_template("t", text).undeclared == free


def test_each_use_has_its_line() -> None:
    reading = read_template("t", "{{ a }}\n\n{{ b }} {{ a }}\n")
    assert reading.names.free == (("a", 1), ("a", 3), ("b", 3))


def test_names_asked_about_and_templates_without_context_are_told_apart() -> None:
    text = (
        "{% if a is defined %}{{ b | default(1) }}{{ c }}{% endif %}"
        '{% import "m.j2" as m %}{% import "n.j2" as n with context %}{% from "o.j2" import x %}{% include "p.j2" %}'
    )
    names = read_template("t", text).names
    assert names.tested == {"a", "b"}
    assert names.isolated == {"m.j2", "o.j2"}


def test_a_template_that_is_also_included_sees_the_context() -> None:
    text = '{% import "m.j2" as m %}{% include "m.j2" %}{% include "n.j2" without context %}'
    assert read_template("t", text).names.isolated == {"n.j2"}


@pytest.mark.parametrize("text", ["{{ 'a' * 10 ** 9 }}", "{{ 9 ** 9 ** 9 }}", "{{ '%999999999d' | format(1) }}"])
def test_reading_never_computes_a_constant(text: str) -> None:
    started = time.process_time()
    read_template("bomb", text)
    assert time.process_time() - started < 1


def test_a_long_chain_of_operators_is_a_fault_not_a_crash() -> None:
    with pytest.raises(TemplateFault, match="nested too deeply"):
        read_template("deep", "{{ a" + "+a" * 20_000 + " }}")


NAME = st.sampled_from("abcd")


def nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    body = st.lists(inner, max_size=3).map("".join)
    return st.one_of(
        st.builds("{{% if {} %}}{}{{% else %}}{}{{% endif %}}".format, NAME, body, body),
        st.builds("{{% for {} in {} %}}{}{{% else %}}{}{{% endfor %}}".format, NAME, NAME, body, body),
        st.builds("{{% macro m({}, b={}) %}}{}{{% endmacro %}}".format, st.just("a"), NAME, body),
        st.builds("{{% with {} = {} %}}{}{{% endwith %}}".format, NAME, NAME, body),
        st.builds("{{% set {} %}}{}{{% endset %}}".format, NAME, body),
    )


LEAF = st.one_of(st.builds("{{{{ {} }}}}".format, NAME), st.builds("{{% set {} = {} %}}".format, NAME, NAME))


@given(st.lists(st.recursive(LEAF, nested, max_leaves=8), max_size=4).map("".join))
def test_it_agrees_with_jinja_but_for_names_the_template_sets_itself(text: str) -> None:
    reading = read_template("t", text)
    theirs = meta.find_undeclared_variables(Environment().parse(text)) - set(GLOBALS)
    assert reading.undeclared <= theirs
    assert theirs - reading.undeclared <= reading.assigned

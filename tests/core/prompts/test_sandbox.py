"""Templates that would run for ever, fill the memory or reach out: every one of them stops with a fault."""

from __future__ import annotations

import pytest

from promptctl.core.prompts.budget import MAX_STEPS, Budget
from promptctl.core.prompts.template import Renderer, TemplateFault

NESTED = "{% for a in range(9999) %}" * 4 + "{% endfor %}" * 4
DOUBLING = "{% set x = 'a' %}" + "{% set x = x ~ x %}" * 40 + "{{ x|length }}"
MACRO = "{% macro f() %}{% for a in range(9999) %}{{ caller() }}{% endfor %}{% endmacro %}"
BOMBS = [
    "{{ 'a' * 10**9 }}",
    "{{ 'a' * 1000000000 }}",
    "{{ 1000000000 * 'a' }}",
    "{{ [1] * 1000000000 }}",
    "{{ 10 ** 10 ** 1000 }}",
    "{{ 9 ** 999999 }}",
    "{{ 2 ** 5000 }}",
    "{% set x = namespace(v=9) %}{% for i in range(9999) %}{% set x.v = x.v * x.v %}{% endfor %}",
    NESTED,
    "{% for a in range(9999) %}{% for b in range(9999) %}{{ '' }}{% endfor %}{% endfor %}",
    "{% for a in range(9999) %}{% for b in range(9999) %}{% if a == b %}{% endif %}{% endfor %}{% endfor %}",
    "{% for a in range(9999) %}{% for b in range(9999) %}{% set c = a %}{% endfor %}{% endfor %}",
    "{% for a in range(9999) %}{{ big }}{% endfor %}",
    "{% for a in range(9999) %}{% set x = big ~ a %}{% endfor %}",
    "{% for a in range(9999) %}{% if big == big2 %}{% endif %}{% endfor %}",
    "{% for a in range(9999) %}{% if 'z' in big %}{% endif %}{% endfor %}",
    "{% for a in range(9999) %}{% if big is in [big2] %}{% endif %}{% endfor %}",
    DOUBLING,
    "{% set x = 'a' %}" + "{% set x = x + x %}" * 40 + "{{ x|length }}",
    "{% set x = [1] %}" + "{% set x = x + x %}" * 40 + "{{ x|length }}",
    "{% set x = [1] %}" + "{% set x = [x, x] %}" * 40 + "{{ x }}",
    "{% set x = [1] %}" + "{% set x = (x, x) %}" * 40 + "{{ x|string }}",
    "{% set x = {} %}" + "{% set x = {'a': x, 'b': x} %}" * 40 + "{{ x|tojson }}",
    "{% set x = [1] %}" + "{% set x = [x, x]|list %}" * 40 + "{{ x|join }}",
    "{{ 'a'|center(1000000000) }}",
    "{{ 'a'|indent(1000000000) }}",
    "{{ ('a\n' * 100000)|indent(9999) }}",
    "{{ [1]|batch(1000000000, 0)|list }}",
    "{{ [1]|slice(1000000000)|list }}",
    "{{ 1.5|round(1000000000) }}",
    "{{ [1]|tojson(indent=1000000000) }}",
    "{{ 'a b'|wordwrap(1, true, big) }}" * 30,
    "{{ '%1000000000d'|format(1) }}",
    "{{ '%.1000000000f'|format(1.0) }}",
    "{{ '%*d'|format(1000000000, 1) }}",
    "{{ '%(a)1000000000d'|format(a=1) }}",
    "{{ '%1000000000d' % 1 }}",
    "{{ '{:1000000000}'.format(1) }}",
    "{{ '{a:1000000000}'.format_map({'a': 1}) }}",
    "{{ big|replace('a', big) }}",
    "{{ big.replace('a', big) }}",
    "{{ big.join(big) }}",
    "{{ ','.join([big] * 9999) }}",
    "{{ ([big] * 9999)|join(big) }}",
    "{{ 'a'.ljust(1000000000) }}",
    "{{ 'a'.center(1000000000) }}",
    "{{ 'a'.zfill(1000000000) }}",
    "{{ '\t'.expandtabs(1000000000) }}",
    "{{ 'a'.encode() }}",
    "{{ 'a'.translate({}) }}",
    "{{ [[1]]|sum(start=[]) }}",
    "{{ range(100000) }}",
    "{{ range(0, 10**9)|list }}",
    "{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}",
    "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(60) }}",
    "{% for a in [[[[]]]] recursive %}{{ loop(range(9999)) }}{% endfor %}",
    "{% for a in tree recursive %}{{ loop(tree) }}{% endfor %}",
    MACRO + "{% call f() %}{% call f() %}x{% endcall %}{% endcall %}",
    "{% for a in range(9999) %}{% include 'p.j2' %}{% endfor %}",
    "{% for a in range(9999) %}{% filter upper %}{{ big }}{% endfilter %}{% endfor %}",
    "{% for a in range(9999) %}{% set x %}{{ big }}{% endset %}{% endfor %}",
    "{% for a in range(9999) %}{{ big|upper|lower|length }}{% endfor %}",
    "{% for a in range(9999) %}{{ wide|map('upper')|map('lower')|list|length }}{% endfor %}",
    "{% for a in range(9999) %}{{ wide|sort|length }}{% endfor %}",
    "{% for a in range(9999) %}{{ wide|groupby('real')|length }}{% endfor %}",
    "{% for a in range(9999) %}{% for b in range(9999) if b == -1 %}{% endfor %}{% endfor %}",
    "{% for a in range(9999) %}{% for b in range(9999) if false %}{% else %}{% endfor %}{% endfor %}",
    "{% for a in range(9999) %}{{ wide[0:]|length }}{% endfor %}",
    "{% for a in range(9999) %}{{ big[0:]|length }}{% endfor %}",
    "{% for a in range(9999) %}{{ wide.count(1) }}{% endfor %}" * 40,
    "{% for a in range(9999) %}{{ wide.index(wide[-1]) }}{% endfor %}" * 40,
    "{% for a in range(9999) %}{{ big.split('a')|length }}{% endfor %}",
    "{{ lipsum(1000000) }}",
    "{{ namespace }}",
    "{{ range }}",
    "{{ big.upper }}",
    "{{ wide|map('upper') }}",
    "{{ (1).to_bytes(100000000, 'big') }}",
    "{{ 1.5.hex() }}",
    "{{ true.real }}",
    "{% macro m() %}{% endmacro %}{{ m }}",
    "{% for a in [1] %}{{ loop }}{% endfor %}",
]


def render(template: str, steps: int = MAX_STEPS) -> str:
    values = {"big": "a" * 1_000_000, "big2": "a" * 1_000_000, "wide": [str(n) for n in range(50_000)], "tree": [[[1]]]}
    partial = "{% for b in range(9999) %}{% endfor %}"
    budget = Budget()
    budget.steps = steps
    return Renderer({"t": template, "p.j2": partial}, budget).render("t", values)


@pytest.mark.parametrize("template", BOMBS, ids=lambda text: text[:60])
@pytest.mark.timeout(20)
@pytest.mark.parametrize("steps", [MAX_STEPS // 10, pytest.param(MAX_STEPS, marks=pytest.mark.long)])
def test_a_bomb_stops(template: str, steps: int) -> None:
    with pytest.raises(TemplateFault):
        render(template, steps)


def test_what_takes_too_much_has_the_code_of_what_was_stopped() -> None:
    with pytest.raises(TemplateFault, match="the template takes too many steps") as fault:
        render(NESTED)
    assert fault.value.code == "PC022"


def test_an_included_file_costs_more_than_a_line() -> None:
    budget = Budget()
    Renderer({"t": "{% include 'p' %}" * 10, "p": ""}, budget).render("t", {})
    assert MAX_STEPS - budget.steps >= 100


@pytest.mark.parametrize(
    "template",
    [
        "{{ tree|map('length') }}",
        "{{ [tree|map('length')] }}",
        "{{ {'a': {'b': big.upper}} }}",
        "{{ tree|map('length') ~ '' }}",
        "{{ tree|map('length')|string }}",
        "{{ range|upper }}",
        "{{ 'a'|replace('a', tree|map('length')) }}",
        "{{ '%s'|format(namespace) }}",
        "{{ [tree]|map('map', 'length')|list }}",
        "{{ [tree]|map('map', 'length')|join }}",
    ],
)
def test_nothing_prints_where_it_lies_in_memory(template: str) -> None:
    with pytest.raises(TemplateFault, match="is no text or data"):
        render(template)


FINE = [
    ("{{ 'ab' * 3 }}", "ababab"),
    ("{{ [1, 2] + [3] }}", "[1, 2, 3]"),
    ("{{ 2 ** 10 }} {{ 7 // 2 }} {{ 7 % 4 }} {{ 1 - 2 }}", "1024 3 3 -1"),
    ("{{ '%s is %05.2f'|format('x', 1.5) }}", "x is 01.50"),
    ("{{ 'a' ~ 1 ~ none ~ [1] }}", "a1None[1]"),
    ("{{ {'a': [1, {'b': none}]} }}", "{'a': [1, {'b': None}]}"),
    ("{{ {'a': 1}.items() }}", "dict_items([('a', 1)])"),
    ("{{ [{'a': 1}.keys(), true, 1.5, none, range(2)] }}", "[dict_keys(['a']), True, 1.5, None, range(0, 2)]"),
    ("{{ ['a', 'b']|map('upper')|join(',') }} {{ {'a': 'b'}|items|list|string }}", "A,B [('a', 'b')]"),
    ("{% for a in [[1, [2]], [3]] recursive %}{{ loop(a) if a is iterable else a }}{% endfor %}", "123"),
    ("{{ range(3) }} {{ range(3)|list }}", "range(0, 3) [0, 1, 2]"),
    ("{{ 'a,b'.split(',')|join('-') }} {{ ' x '.strip() }}", "a-b x"),
    ("{% if 1 < 2 <= 2 and 'a' in 'abc' %}yes{% endif %}", "yes"),
    ("{% for a in range(9999) %}{{ a }}{% endfor %}", "".join(str(n) for n in range(9999))),
]


@pytest.mark.parametrize(("template", "text"), FINE)
def test_plain_work_is_untouched(template: str, text: str) -> None:
    assert render(template) == text


def test_a_large_input_renders() -> None:
    text = "x" * 10_000_000
    assert Renderer({"t": "{{ text }}"}).render("t", {"text": text}) == text


def test_the_next_rendering_has_a_budget_of_its_own() -> None:
    renderer = Renderer({"t": "{% for a in range(9999) %}{{ big|length }}{% endfor %}"})
    outcomes = {renderer.render("t", {"big": "a" * 100}) for _ in range(20)}
    assert len(outcomes) == 1

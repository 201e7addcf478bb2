"""What dotprompt's templates render to, by the rules of Handlebars, is what their Jinja renders to."""

from __future__ import annotations

import pytest

from promptctl.core.importing.handlebars import Mark, pieces
from promptctl.core.importing.segments import NoSegment
from tests.rendered_value import render_value

VALUES = {
    "a": "A",
    "yes": True,
    "no": "",
    "xs": [{"n": "1"}, {"n": "2"}],
    "words": ["u", "v"],
    "o": {"p": "P"},
    "item": "I",
}


def text(template: str) -> str:
    found = pieces(template, {"yes": "boolean"})
    return "".join(piece for piece in found if isinstance(piece, str))


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{a}} {{ a }} {{{a}}} {{&a}}", "A A A A"),
        ("{{o.p}} {{this.a}}", "P A"),
        ("{{yes}}", "true"),
        ("{{#if yes}}1{{else}}2{{/if}}{{#if no}}1{{else}}2{{/if}}", "12"),
        ("{{#unless no}}1{{/unless}}", "1"),
        ("{{#if no}}1{{else if yes}}2{{else}}3{{/if}}", "2"),
        ('{{#ifEquals a "A"}}same{{/ifEquals}}{{#unlessEquals a "A"}}other{{/unlessEquals}}', "same"),
        ("{{#each xs}}{{n}}{{@index}}{{#if @last}}.{{else}},{{/if}}{{/each}}", "10,21."),
        ("{{#each words}}{{this}}{{../a}}{{/each}}", "uAvA"),
        ("{{#each xs}}{{#each ../words}}{{this}}{{/each}}{{n}}{{/each}}", "uv1uv2"),
        ("{{#each words}}{{this}}{{../item}}{{/each}}", "uIvI"),
        ("{{#each xs}}{{#each ../words}}{{this}}{{../n}}{{../../item}}{{/each}}{{/each}}", "u1Iv1Iu2Iv2I"),
        ("x\n  {{#if yes}}\n  y\n  {{/if}}\nz", "x\n  y\nz"),
        ("x {{#if yes}}\ny{{/if}}\nz", "x \ny\nz"),
        ("  {{#if yes}}y{{/if}}\nz", "  y\nz"),
        ("a\n{{! gone }}\nb{{!-- with {{braces}} --}}c", "a\nbc"),
        ("a  {{~a~}}  b", "aAb"),
        ("{ {{a}} } {% if %} {# #}", "{ A } {% if %} {# #}"),
        ("{{#each words}}\n- {{this}}\n{{/each}}\nend", "- u\n- v\nend"),
    ],
)
def test_renders_as_handlebars_says(template: str, expected: str) -> None:
    assert render_value(text(template), VALUES) == expected


@pytest.mark.parametrize(
    "template",
    [
        "{{#if a}}",
        "{{/if}}",
        "{{else}}",
        "{{#if a}}{{/each}}",
        "{{> other}}",
        "{{upper a}}",
        "{{json a}}",
        "{{@root.a}}",
        "{{#with a}}{{/with}}",
        "{{#if (eq a b)}}{{/if}}",
        '{{#if yes}}{{role "system"}}{{/if}}',
        "{{}}",
    ],
)
def test_what_only_code_gives_is_refused(template: str) -> None:
    with pytest.raises(NoSegment):
        pieces(template, {})


def test_marks_begin_something_new() -> None:
    found = pieces('{{role "system"}}S{{history}}{{role "user"}}{{media url=picture}}', {})
    assert [piece for piece in found if isinstance(piece, Mark)] == [
        Mark(kind="role", value="system"),
        Mark(kind="history"),
        Mark(kind="role", value="user"),
        Mark(kind="media", value="{{ picture }}"),
    ]

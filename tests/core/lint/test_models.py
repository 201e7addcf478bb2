from __future__ import annotations

from typing import Any

import pytest

from promptctl.core.lint.models import model_findings
from promptctl.core.models.capability import Capability
from tests.closures import closure_of

KNOWN = Capability(models="m", prefix=100, output=False, tools=False, refuses=("seed",), apart=(("a", "b"),))
LONG = "Text that stays the same. " * 20


def found(text: str, partials: dict[str, str] | None = None) -> list[tuple[str, int | None]]:
    return [(it.code, it.place.line) for it in model_findings(closure_of(text, partials or {}), KNOWN)]


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("parameters: {seed: 1}\ntemplate: a\n", [("L052", 1)]),
        ("template: a\nparameters:\n  a: 1\n  b: 2\n", [("L052", 4)]),
        ("template: a\nparameters: {a: 1}\n", []),
        ("template: a\noutput: {type: object}\n", [("L052", 2)]),
        ("template: a\ntools: [{name: f}]\n", [("L052", 2)]),
        ("messages:\n- {role: system, content: short, cache: true}\n", [("L025", 2)]),
        (f"messages:\n- {{role: system, content: {LONG}, cache: true}}\n", []),
        ("messages:\n- {role: system, content: short}\n", []),
        (f"messages:\n- {{role: system, content: {LONG}}}\n- {{role: user, content: short, cache: true}}\n", []),
        (
            f"messages:\n- {{role: user, content: short, cache: true}}\n- {{role: user, content: {LONG}}}\n",
            [("L025", 2)],
        ),
        ('inputs: {x: string}\nmessages:\n- {role: user, content: "{{ x }}", cache: true}\n', []),
        ('inputs: {x: {default: y}}\nmessages:\n- {role: user, content: "{{ x }}", cache: true}\n', [("L025", 3)]),
        (f'inputs: {{x: {{default: {LONG}}}}}\nmessages:\n- {{role: user, content: "{{{{ x }}}}", cache: true}}\n', []),
        ("messages:\n- {role: user, content: '{% for a in range(9) %}b{% endfor %}', cache: true}\n", []),
        ("inputs: {h: array}\nmessages:\n- placeholder: h\n- {role: user, content: a, cache: true}\n", []),
    ],
)
def test_what_a_model_does_not_take(text: str, findings: list[Any]) -> None:
    assert found(text) == findings


@pytest.mark.parametrize(("partial", "findings"), [("short", [("L025", 2)]), (LONG, [])])
def test_partials_count(partial: str, findings: list[Any]) -> None:
    text = "messages:\n- {role: user, content: '{% include \"a.j2\" %}', cache: true}\n"
    assert found(text, {"a.j2": partial}) == findings

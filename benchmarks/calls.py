"""Rows measured in one process: reading a large lock, rendering a compiled template."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

from jinja2 import BaseLoader, DictLoader, Environment, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from benchmarks.clock import race_calls
from benchmarks.repositories import TEN_THOUSAND
from benchmarks.row import Measured, Row
from promptctl.adapters.facts import Facts
from promptctl.adapters.repository import Repository
from promptctl.adapters.state import State, read_state
from promptctl.core.prompts.template import Renderer
from promptctl.core.releases.lockfile import PATH, parse_lock

TEMPLATE = """\
You answer for {{ company }} in {{ language }}.
{% if rules %}
Rules:
{% for rule in rules %}
{{ loop.index }}. {{ rule.text }}{% if rule.strict %} (always){% endif %}

{% endfor %}
{% endif %}
{% for turn in turns %}
{{ turn.role | upper }}: {{ turn.text | trim }}
{% endfor %}
Question: {{ question }}
"""
VALUES: dict[str, Any] = {
    "company": "Example GmbH",
    "language": "English",
    "rules": [{"text": f"Rule number {number} holds.", "strict": number % 3 == 0} for number in range(12)],
    "turns": [{"role": "user" if number % 2 else "assistant", "text": f" turn {number} "} for number in range(8)],
    "question": "How long does a parcel to Norway take?",
}


_LOOP = "{% for rule in rules %}{{ rule.text }}{% endfor %}"


def _pointer_check(rounds: int) -> Measured:
    """Comparing each of 300 pointers with its last move, which every reader does, the first time; facts are kept in
    memory only."""

    def read(one: Callable[[State], Callable[[str, str], object]]) -> None:
        repository = Repository(TEN_THOUSAND.folder)
        repository.__dict__["facts"] = Facts(None)
        state = read_state(repository)
        for environment, names in state.environments.items():
            for name in names:
                one(state)(environment, name)

    contestants = {"ours": lambda: read(lambda state: state.live), "alone": lambda: read(lambda state: state.pointer)}
    times = race_calls(contestants, rounds, 1)
    return Measured(ours=times["ours"].wall, reference=times["alone"].wall)


def _read_lock(rounds: int) -> Measured:
    text = (TEN_THOUSAND.folder / PATH).read_text()
    times = race_calls({"ours": lambda: parse_lock(text), "json": lambda: json.loads(text)}, rounds, 1)
    return Measured(ours=times["ours"].wall, reference=times["json"].wall)


def _render(kind: type[Environment], rounds: int, template: str = TEMPLATE) -> Measured:
    loader: BaseLoader = DictLoader({"t": template})
    options: dict[str, Any] = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    theirs = kind(loader=loader, **options)
    ours = Renderer({"t": template})
    if ours.render("t", VALUES) != theirs.get_template("t").render(VALUES):
        raise RuntimeError("the two renderings differ")
    contestants = {
        "ours": lambda: ours.render("t", VALUES),
        "theirs": lambda: theirs.get_template("t").render(VALUES),
    }
    times = race_calls(contestants, rounds, 300)
    return Measured(ours=times["ours"].wall, reference=times["theirs"].wall)


ROWS = (
    Row(
        key="read-lock",
        group="spine",
        title="lock of 10,000 entries, read",
        target="<= 3x json.loads",
        limit=3.0,
        measure=_read_lock,
    ),
    Row(
        key="render-sandbox",
        group="spine",
        title="render, compiled, in process",
        target="<= 1.2x Jinja's immutable sandbox",
        limit=1.2,
        measure=lambda rounds: _render(ImmutableSandboxedEnvironment, rounds),
        rounds=15,
    ),
    Row(
        key="render-plain",
        group="spine",
        title="the same against plain Jinja",
        target="<= 2x",
        limit=2.0,
        measure=lambda rounds: _render(Environment, rounds),
        rounds=15,
    ),
    Row(
        key="render-loop",
        group="spine",
        title="a loop that only prints, against Jinja's immutable sandbox",
        target="shown: what counting each step costs",
        limit=math.inf,
        measure=lambda rounds: _render(ImmutableSandboxedEnvironment, rounds, _LOOP),
    ),
    Row(
        key="pointer-check",
        group="spine",
        title="300 pointers read and held against their moves, against reading them alone",
        target="shown: paid once a pointer's content",
        limit=math.inf,
        measure=_pointer_check,
        rounds=3,
    ),
)

"""What is advised, what is left alone, and what cannot be judged."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from promptctl.core.reporting.advice import (
    Advice,
    MarkedPrefixes,
    PrefixCalls,
    Unjudged,
    advised,
    cache_advice,
    model_advice,
    prefix_advice,
)
from promptctl.core.reporting.evaluated import Evaluated
from promptctl.core.reporting.static_prefix import StaticPrefix, static_prefix
from promptctl.core.reporting.whatif import PricedCalls, RepeatedCalls
from tests.closures import closure_of

CLAUDE = {"marks": True, "least": 1000, "read_saves": Decimal("0.002"), "write_costs": Decimal("0.001")}
TEXT = {"messages": 2, "tokens": 3000, "marked": False}


def decided(calls: dict[str, Any], text: dict[str, Any] | None, model: dict[str, Any] | None) -> Any:
    usual = {"prompt": "p", "digest": "d", "model": "claude", "provider": "anthropic", "calls": 10, "reads": 6}
    return prefix_advice(
        PrefixCalls(**{**usual, "least_input": 2000, "cached": 0, **calls}),
        None if text is None else StaticPrefix(**{**TEXT, **text}),
        None if model is None else MarkedPrefixes(**{**CLAUDE, **model}),
    )


@pytest.mark.parametrize(
    ("calls", "text", "model", "saved"),
    [
        # 2,000 tokens, as no call sent more for sure: 6 x $0.002 less 4 x $0.001 for each.
        ({}, {}, {}, "16"),
        ({"least_input": 9000}, {}, {}, "24"),
        ({"reads": 10}, {}, {}, "40"),
        ({"least_input": 1000}, {}, {}, "8"),
        ({"least_input": 999}, {}, {}, None),
        ({"cached": 1}, {}, {}, None),
        ({"reads": 3}, {}, {}, None),
        ({}, {"marked": True}, {}, None),
        ({}, {"messages": 0, "tokens": 0}, {}, None),
        ({}, {"tokens": 999}, {"read_saves": None}, None),
        ({}, None, {"marks": False}, None),
        ({}, None, {}, "text not found here"),
        ({}, {}, None, "provider unknown here"),
        ({}, {}, {"least": None}, "least cached prefix unknown: claude"),
        ({}, {}, {"read_saves": None}, "price unknown: claude"),
    ],
)
def test_prefixes(
    calls: dict[str, Any], text: dict[str, Any] | None, model: dict[str, Any] | None, saved: str | None
) -> None:
    found = decided(calls, text, model)
    if isinstance(found, Advice):
        assert (found.what, found.saved) == ("`cache: true` on message 2", Decimal(saved or "-1"))
    else:
        assert found == (saved and Unjudged(kind="prefix", reason=saved, calls=10))


@pytest.mark.parametrize(
    ("on", "certain", "repeated_cost", "outcome"),
    [
        (False, True, 3 * 10**12, Decimal(3)),
        (True, True, 3 * 10**12, None),
        (False, True, 0, None),
        (False, False, 0, None),
        (False, False, 1, "no `temperature: 0`, so that answers differ"),
        (False, None, 1, "prompt not found here"),
    ],
)
def test_answers_used_again(on: bool, certain: bool | None, repeated_cost: int, outcome: Any) -> None:
    calls = RepeatedCalls(prompt="p", calls=5, cost=9 * 10**12, repeated=2, repeated_cost=repeated_cost)
    found = cache_advice(calls, on=on, certain=certain)
    assert (found.saved if isinstance(found, Advice) else found and found.reason) == outcome


@pytest.mark.parametrize(
    ("then", "outcome"), [("2.5", Decimal("0.5")), ("3", None), ("4", None), (None, "price unknown: small")]
)
def test_other_models(then: str | None, outcome: Any) -> None:
    tokens = {"input": 9, "cache_read": 0, "cache_write": 0, "output": 1}
    calls = PricedCalls(prompt="p", digest="d", model="large", calls=5, cost=3 * 10**12, **tokens)
    found = model_advice(calls, "small", None if then is None else Decimal(then), Evaluated(passed=1, cases=2), None)
    assert (found.saved if isinstance(found, Advice) else found and found.reason) == outcome


def test_the_dearest_comes_first_and_reasons_are_counted_together() -> None:
    small, large = decided({}, {}, {}), decided({"reads": 10}, {}, {})
    unknown, text = decided({}, {}, None), decided({"calls": 30}, None, {})
    found = advised([small, None, unknown, large, text, unknown, Unjudged(kind="cache", reason="none", calls=0)])
    assert found.lines == (large, small)
    assert [(it.reason, it.calls) for it in found.unjudged] == [
        ("text not found here", 30),
        ("provider unknown here", 20),
    ]


SYSTEM = "model: claude\ninputs: {name: {type: string}}\nmessages:\n"


@pytest.mark.parametrize(
    ("messages", "partials", "prefix"),
    [
        ("- {role: system, content: abcdefgh}\n- {role: user, content: '{{ name }}'}", {}, (1, 2, False)),
        ("- {role: system, content: abcdefgh, cache: true}\n- {role: user, content: '{{ name }}'}", {}, (1, 2, True)),
        ("- {role: user, content: 'abcdefgh {{ name }}'}", {}, (0, 0, False)),
        ("- {role: system, content: 'abcd{% include \"a/b.j2\" %}{# no #}'}", {"a/b.j2": "efgh"}, (1, 2, False)),
        ("- {role: system, content: 'abcd{% include \"a/b.j2\" %}'}", {"a/b.j2": "{{ name }}"}, (0, 0, False)),
        ("- {role: system, content: '{% set x = 1 %}abcdefgh'}", {}, (0, 0, False)),
        ("- {role: system, content: abcd}\n- {placeholder: name}", {}, (1, 1, False)),
        (
            "- {role: user, content: [{type: image_url, image_url: {url: 'https://e.example/a.png'}}]}",
            {},
            (0, 0, False),
        ),
    ],
)
def test_static_prefixes(messages: str, partials: dict[str, str], prefix: tuple[int, int, bool]) -> None:
    found = static_prefix(closure_of(SYSTEM + messages, partials))
    assert (found.messages, found.tokens, found.marked) == prefix


def test_a_lone_template_has_no_prefix() -> None:
    assert static_prefix(closure_of("model: claude\ntemplate: abcdefgh\n")).tokens == 0

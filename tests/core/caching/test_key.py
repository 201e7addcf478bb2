from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from promptctl.core.caching.key import cache_key, is_deterministic, lifetime, route_digest
from promptctl.core.models.embedding import embedding_request
from promptctl.core.models.provider_table import parse_providers
from promptctl.core.models.request import Request, compact_json
from promptctl.core.models.resting import Resting

TEXTS = some.text(some.characters(codec="utf-8"), max_size=4)
VALUES: some.SearchStrategy[Any] = some.recursive(
    some.one_of(some.none(), some.booleans(), some.integers(-2, 2), some.sampled_from([0.0, 1.0, 0.5]), TEXTS),
    lambda inner: some.one_of(some.lists(inner, max_size=2), some.dictionaries(TEXTS, inner, max_size=2)),
    max_leaves=4,
)
TABLES = some.dictionaries(TEXTS, VALUES, max_size=2)
REQUESTS = some.builds(
    Request,
    model=TEXTS,
    messages=some.lists(TABLES, max_size=2).map(tuple),
    parameters=TABLES,
    output=some.one_of(some.none(), TABLES),
    tools=some.lists(TABLES, max_size=2).map(tuple),
)


@given(REQUESTS, REQUESTS, TEXTS, TEXTS)
def test_only_what_is_sent_alike_shares_an_answer(one: Request, other: Request, route: str, scope: str) -> None:
    same = compact_json(one.to_dict()) == compact_json(other.to_dict())
    assert (cache_key(one, route, scope) == cache_key(other, route, scope)) == same


@given(REQUESTS, some.sampled_from(["model", "messages", "parameters", "output", "tools"]), VALUES, TEXTS)
def test_any_field_that_differs_is_another_call(one: Request, name: str, value: Any, text: str) -> None:
    changed: dict[str, Any] = {
        "model": one.model + "x",
        "messages": (*one.messages, {"role": "user", "content": value}),
        "parameters": {**one.parameters, text: [value]},
        "output": {"in": one.output},
        "tools": ({"name": value}, *one.tools),
    }
    other = replace(one, **{name: changed[name]})
    if compact_json(other.to_dict()) != compact_json(one.to_dict()):
        assert cache_key(one, "r", "s") != cache_key(other, "r", "s")
    assert len({cache_key(one, route, scope) for route in ("a", "b") for scope in ("", "a")}) == 4


def test_who_may_answer_makes_another_call() -> None:
    relay = {"kind": "openai", "base_url": "https://relay.example/v1", "key": "K", "models": ["house-*"]}
    tables: list[dict[str, Any]] = [
        {},
        {"relay": relay | {"models": ["gpt-*"], "weight": 5}},
        {"openai": {"base_url": "https://elsewhere.example/v1"}},
        {"openai": {"fallback": ["relay"]}, "relay": relay},
        {"openai": {"fallback": ["relay"]}, "relay": relay | {"base_url": "https://other.example/v1"}},
    ]
    found = {route_digest("gpt-4.1", parse_providers(table)) for table in tables}
    found.add(route_digest("claude-x", parse_providers({})))
    assert len(found) == 5  # weights and the way to a provider change nothing in who it is
    assert route_digest("gpt-4.1", parse_providers({"relay": relay})) == route_digest("gpt-4.1", parse_providers({}))


@pytest.mark.parametrize(
    ("parameters", "without"),
    [({"temperature": 0}, True), ({"temperature": 0.0}, True), ({"temperature": "0"}, False), ({}, False)],
)
def test_chance(parameters: dict[str, Any], *, without: bool) -> None:
    assert is_deterministic(Request(model="m", messages=(), parameters=parameters)) is without


def test_an_embedding_has_no_chance() -> None:
    assert is_deterministic(embedding_request("m", "text"))


@given(TEXTS, some.floats(1, 1e9))
def test_an_answer_goes_up_to_a_tenth_sooner(key: str, ttl: float) -> None:
    assert 0.9 * ttl * (1 - 1e-9) <= lifetime(key, ttl) <= ttl


def test_answers_made_together_do_not_all_go_together() -> None:
    ends = sorted(lifetime(f"k{number}", 1000) for number in range(1000))
    assert max(sum(end - 10 <= other <= end for other in ends) for end in ends) < 160


def test_what_failed_rests_longer_each_time_and_is_tried_by_one() -> None:
    resting, now = Resting(), 100.0
    assert not resting.rests(now)
    for pause in (1, 2, 4, 8, 16, 30, 30):
        resting.failed(now)
        resting.failed(now)
        assert resting.rests(now + pause - 0.1)
        now += pause
        assert [resting.rests(now) for _ in range(3)] == [False, True, True]
    resting.worked()
    assert not resting.rests(now)

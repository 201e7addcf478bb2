from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from promptctl.adapters.providers.fault import ProviderError
from promptctl.core.models.attempt import Attempt
from promptctl.core.models.provider import ProviderSettings, shares
from promptctl.core.models.provider_table import parse_providers
from promptctl.core.models.request import Reply
from promptctl.errors import UsageError
from promptctl.runtime.gateway.circuit import Circuits
from promptctl.runtime.gateway.gateway import Gateway
from tests.gateways import QUICK, gateway_over, request, run, streamed
from tests.servers import ModelServer, Reaction, hang_up, model_server, raw, status

Settings = dict[str, dict[str, Any]]
PAIR: Settings = {"first": {"weight": 100, "fallback": ["second"]}, "second": {"weight": 0}}


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[ModelServer, ModelServer]]:
    with model_server() as first, model_server() as second:
        yield first, second


@pytest.fixture
def pair(running: tuple[ModelServer, ModelServer]) -> dict[str, ModelServer]:
    for server in running:
        server.received.clear()
        server.reactions.clear()
        server.always = None
    return dict(zip(("first", "second"), running, strict=True))


def calls(pair: dict[str, ModelServer]) -> tuple[int, int]:
    return len(pair["first"].received), len(pair["second"].received)


async def ask(gateway: Gateway, times: int = 1) -> list[str]:
    return [(await gateway.complete(request())).provider for _ in range(times)]


async def at_once(gateway: Gateway) -> list[str]:
    replies: list[Reply] = await asyncio.gather(*(gateway.complete(request()) for _ in range(50)))
    return [reply.provider for reply in replies]


@pytest.mark.parametrize("dead", [status(503), hang_up])
@pytest.mark.parametrize("together", [False, True])
def test_a_dead_provider_gets_at_most_the_thresholds_calls(
    pair: dict[str, ModelServer], dead: Reaction, together: bool
) -> None:
    pair["first"].always = dead
    settings = PAIR | {"first": PAIR["first"] | {"breaker": {"faults": 5, "seconds": 1000}}}
    gateway = gateway_over(pair, settings, live=True, fallback=True)
    answers = run(gateway, at_once if together else lambda it: ask(it, 50))
    assert answers == ["second"] * 50
    assert calls(pair) == (5, 50)


def test_traffic_returns_after_recovery(pair: dict[str, ModelServer]) -> None:
    settings = PAIR | {"first": PAIR["first"] | {"breaker": {"faults": 3, "seconds": 0.002, "longest": 0.01}}}

    async def outage(gateway: Gateway) -> tuple[int, list[str]]:
        pair["first"].always = status(500)
        assert await ask(gateway, 30) == ["second"] * 30
        during = len(pair["first"].received)
        pair["first"].always = None
        for _ in range(10_000):
            if await ask(gateway) == ["first"]:
                break
        return during, await ask(gateway, 20)

    during, after = run(gateway_over(pair, settings, live=True, fallback=True), outage)
    assert after == ["first"] * 20
    assert 3 <= during <= 30


@pytest.mark.parametrize(
    ("fault", "moved"),
    [
        (status(500), True),
        (status(429, headers={"Retry-After": "30"}), True),
        (status(429, code="insufficient_quota"), True),
        (hang_up, True),
        (status(400), False),
        (status(401), False),
        (status(404), False),
        (raw(b"<html>"), False),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_others_are_asked_for_what_may_pass_and_never_shown_what_was_refused(
    pair: dict[str, ModelServer], fault: Reaction, moved: bool, stream: bool
) -> None:
    pair["first"].always = fault

    async def once(gateway: Gateway) -> str:
        if stream:
            reply = (await streamed(gateway, request()))[1]
            assert reply
            return reply.provider
        return (await gateway.complete(request())).provider

    try:
        assert run(gateway_over(pair, PAIR, fallback=True), once) == "second"
    except ProviderError:
        assert not moved
    assert calls(pair)[1] == moved
    assert calls(pair)[0] <= QUICK.before_others


def test_without_leave_nobody_else_answers(pair: dict[str, ModelServer]) -> None:
    pair["first"].always = status(500)
    with pytest.raises(ProviderError):
        run(gateway_over(pair, PAIR), ask)
    assert calls(pair) == (4, 0)


def test_when_all_fail_the_last_fault_tells_of_the_others(pair: dict[str, ModelServer]) -> None:
    pair["first"].always, pair["second"].always = status(500, "down"), status(400, "odd request")
    with pytest.raises(ProviderError) as caught:
        run(gateway_over(pair, PAIR, fallback=True), ask)
    assert caught.value.code == "PC081"
    assert "first (" in str(caught.value.hint)
    assert "answered 500" in str(caught.value.hint)


@pytest.mark.parametrize("second", [{"key": "NOT_SET"}, {"kind": "anthropic"}])
def test_who_cannot_be_asked_is_passed_over(pair: dict[str, ModelServer], second: dict[str, str]) -> None:
    """Without its key, or with a request that has no spelling there, the fault of who was asked is told."""
    pair["first"].always = status(500)
    settings = PAIR | {"second": PAIR["second"] | second}
    with pytest.raises(ProviderError) as caught:
        run(gateway_over(pair, settings, fallback=True), lambda it: it.complete(replace(request(), parameters={})))
    assert caught.value.code == "PC080"
    assert calls(pair)[1] == 0


def test_the_deadline_is_shared(pair: dict[str, ModelServer]) -> None:
    pair["first"].always = status(500)
    patience = type(QUICK)(total=0.05, shortest=100.0)
    with pytest.raises(ProviderError):
        run(gateway_over(pair, PAIR, fallback=True, patience=patience, random=lambda: 0.9), ask)
    assert calls(pair)[0] == 1


def split(first: int) -> tuple[tuple[ProviderSettings, float], ...]:
    shared = {"kind": "openai", "models": ["m"], "base_url": "http://127.0.0.1:1"}
    providers = parse_providers({"first": shared | {"weight": first}, "second": shared})
    return shares("m", providers)[0]


@pytest.mark.parametrize("weight", [1, 25, 50, 90])
def test_weights_hold_within_one_percent_for_equal_requests(weight: int) -> None:
    circuits, pair = Circuits(Random(weight).random), split(weight)
    drawn = Counter(circuits.chosen(pair, 0.0)[0].name for _ in range(100_000))
    assert abs(drawn["first"] / 1000 - weight) < 1
    assert drawn["first"] + drawn["second"] == 100_000


def test_a_live_gateway_draws_each_call_and_the_others_take_over(pair: dict[str, ModelServer]) -> None:
    settings: Settings = {"first": {"weight": 50}, "second": {"weight": 50}}
    chances = Random(7).random
    answers = run(gateway_over(pair, settings, live=True, fallback=True, random=chances), lambda it: ask(it, 60))
    assert 15 < answers.count("first") < 45
    pair["first"].always = status(500)
    answers = run(gateway_over(pair, settings, live=True, fallback=True, random=chances), lambda it: ask(it, 60))
    assert answers == ["second"] * 60


def test_who_does_badly_loses_its_share_and_gets_it_back(pair: dict[str, ModelServer]) -> None:
    never = {"faults": 1000, "error_rate": 1, "window": 1000}
    health = {"error_rate": 0.2, "window": 4, "probe_seconds": 0.001}
    settings: Settings = {"first": {"weight": 99, "breaker": never, "health": health}, "second": {}}
    circuits = Circuits(Random(3).random)

    async def change(gateway: Gateway) -> list[str]:
        pair["first"].always = status(500)
        await ask(gateway, 40)
        pair["first"].always = None
        for _ in range(10_000):
            await ask(gateway)
            if not circuits.of(first).state(0).ill:
                break
        return await ask(gateway, 50)

    gateway = gateway_over(pair, settings, live=True, fallback=True, circuits=circuits)
    first = gateway._providers["first"]
    assert run(gateway, change).count("first") > 40
    assert circuits.of(first).state(0).breaker == "closed"


def test_an_ill_provider_gets_one_call_each_while() -> None:
    circuits, pair = Circuits(Random(1).random), split(90)
    health = parse_providers(
        {"first": {"kind": "openai", "base_url": "http://127.0.0.1:1", "health": {"error_rate": 0.1, "window": 2}}}
    )["first"]
    pair = ((health, 90.0), pair[1])
    circuits.of(health).failed("call", ProviderError("rate-limited", "no"), 0.0)
    drawn = Counter(circuits.chosen(pair, now / 100)[0].name for now in range(10_000))
    assert 15 <= drawn["first"] <= 20  # 100 seconds, a probe each five


def test_each_attempt_is_seen(pair: dict[str, ModelServer]) -> None:
    pair["first"].always = status(500)
    seen: list[Attempt] = []
    prices = {"second": PAIR["second"] | {"prices": {"*": {"input": 1, "output": 1}}}}
    run(gateway_over(pair, PAIR | prices, fallback=True, observe=seen.append), ask)
    assert [(it.provider, it.model, it.fault) for it in seen] == [
        ("first", "gpt-4.1", "failing"),
        ("first", "gpt-4.1", "failing"),
        ("second", "gpt-4.1", None),
    ]
    assert [it.prices[:14] for it in seen] == ["", "", "promptctl.toml"]
    assert all(it.latency_ms > 0 and it.first_token_ms is None and it.host for it in seen)


def test_weights_have_to_sum_up_for_live_calls_too() -> None:
    gateway = gateway_over({}, live=True)
    with pytest.raises(UsageError):
        run(gateway, lambda it: it.complete(request(model="nobody-serves-this")))

"""Prices of calls before they are made."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from promptctl.core.models.price import Price
from promptctl.core.models.provider import BUILT_IN, ProviderSettings
from promptctl.core.models.request import Reply, Request, Usage
from promptctl.errors import StateError, UsageError
from promptctl.runtime.gateway.gateway import Gateway
from promptctl.runtime.gateway.spending import Forecast, Offline, Rehearsal

NOW = datetime(2026, 11, 20, tzinfo=UTC)
PRICE = Price(models="m-*", input=Decimal(1_000_000), output=Decimal(10_000_000))
RELAY = ProviderSettings(
    name="relay", kind="openai", base_url="http://127.0.0.1:9", models=("m-*", "x"), prices=(PRICE,)
)
GATEWAY = Gateway({**BUILT_IN, "relay": RELAY})


def request(model: str = "m-1", parameters: Mapping[str, int] | None = None) -> Request:
    return Request(model=model, messages=({"role": "user", "content": "x" * 400},), parameters=parameters or {})


def answered(tokens: int | None) -> Reply:
    return Reply(text="", usage=Usage(output=tokens))


@pytest.mark.parametrize(
    ("parameters", "learnt", "output"),
    [
        ({}, {}, 500),
        ({"max_tokens": 7}, {}, 7),
        ({"max_completion_tokens": 8}, {}, 8),
        ({"max_tokens": 7}, {"": [2, 4]}, 3),
        ({"max_tokens": 7}, {"": [2, 4], "m-1": [10]}, 10),
        ({"max_tokens": 7}, {"m-2": [10]}, 7),
        ({"max_tokens": 7}, {"": [None]}, 7),
    ],
)
def test_answers_are_as_long_as_those_before(
    parameters: dict[str, int], learnt: dict[str, list[int | None]], output: int
) -> None:
    forecast = Forecast(NOW)
    for model, tokens in learnt.items():
        forecast.learn(model, map(answered, tokens))
    found = forecast.tokens(request(parameters=parameters))
    assert found.output == output
    assert 100 < (found.input or 0) < 150
    assert forecast.price(request(parameters=parameters), 0, GATEWAY) == (found.input or 0) + 10 * output


def test_what_runs_here_is_free_and_what_has_no_price_has_no_forecast() -> None:
    assert Forecast(NOW).price(request("echo:echo"), 0, GATEWAY) == 0
    with pytest.raises(UsageError, match="the price of x at relay is unknown"):
        Forecast(NOW).price(request("x"), 0, GATEWAY)


def test_a_rehearsal_counts_and_asks_nobody() -> None:
    rehearsal = Rehearsal(Forecast(NOW))
    reply = asyncio.run(rehearsal.over(GATEWAY).complete(request(parameters={"max_tokens": 3}), 0))
    assert (rehearsal.calls, rehearsal.price, reply.cost) == (1, reply.cost, rehearsal.price)
    assert (reply.text.split(), reply.host) == (["word"] * 3, "")


def test_offline_there_is_no_answer() -> None:
    with pytest.raises(StateError, match="no reply of m-1"):
        asyncio.run(Offline().over(GATEWAY).complete(request(), 0))

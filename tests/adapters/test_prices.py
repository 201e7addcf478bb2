from __future__ import annotations

from datetime import UTC, datetime

import pytest

from promptctl.adapters import prices
from promptctl.core.request import Usage

AT = datetime(2026, 6, 1, tzinfo=UTC)
OPENAI, ANTHROPIC = "https://api.openai.com/v1", "https://api.anthropic.com"


def test_cached_reads_and_writes_have_their_own_prices() -> None:
    def dollars(**usage: int) -> float:
        cost = prices.cost(("claude-sonnet-4-5",), Usage(**usage), ANTHROPIC, AT)
        assert cost is not None
        return cost

    fresh = dollars(input=1000, output=0)
    assert dollars(input=1000, output=0, cache_read=1000) == pytest.approx(fresh * 0.1)
    assert dollars(input=1000, output=0, cache_write=1000) == pytest.approx(fresh * 1.25)
    assert dollars(input=1000, output=0, cache_read=600, cache_write=400) == pytest.approx(fresh * 0.56)
    assert dollars(input=0, output=1000) == pytest.approx(fresh * 5)


def test_the_first_model_with_a_price_counts() -> None:
    usage = Usage(input=1000, output=100)
    cost = prices.cost(("gpt-4.1",), usage, OPENAI, AT)
    assert cost == pytest.approx(0.0028)
    assert prices.cost(("no-such-model", "gpt-4.1"), usage, OPENAI, AT) == cost


@pytest.mark.parametrize(
    ("models", "usage", "url"),
    [
        (("no-such-model",), Usage(input=1, output=1), OPENAI),
        ((), Usage(input=1, output=1), OPENAI),
        (("gpt-4.1",), Usage(input=1, output=1), "https://relay.example/v1"),
        (("gpt-4.1",), Usage(input=1, output=1), "http://127.0.0.1:8000/v1"),
        (("gpt-4.1",), Usage(input=None, output=1), OPENAI),
        (("gpt-4.1",), Usage(input=1, output=None), OPENAI),
        (("gpt-4.1",), Usage(input=1, output=1, cache_read=5), OPENAI),
    ],
)
def test_what_is_not_known_has_no_price(models: tuple[str, ...], usage: Usage, url: str) -> None:
    assert prices.cost(models, usage, url, AT) is None


def test_nothing_used_costs_nothing() -> None:
    assert prices.cost(("gpt-4.1",), Usage(input=0, output=0), OPENAI, AT) == 0.0

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal, localcontext

import pytest

from promptctl.adapters import prices
from promptctl.core.models.request import Usage

AT = datetime(2026, 6, 1, tzinfo=UTC)
OPENAI, ANTHROPIC = "https://api.openai.com/v1", "https://api.anthropic.com"


@pytest.mark.parametrize(
    ("model", "url", "usage", "dollars"),
    [
        # Sonnet 4.5: $3 in, $15 out, reads 0.1x, writes 1.25x, writes for an hour 2x.
        ("claude-sonnet-4-5", ANTHROPIC, {"input": 1000, "output": 0}, "0.003"),
        ("claude-sonnet-4-5", ANTHROPIC, {"input": 1000, "output": 0, "cache_read": 1000}, "0.0003"),
        ("claude-sonnet-4-5", ANTHROPIC, {"input": 1000, "output": 0, "cache_write": 1000}, "0.00375"),
        (
            "claude-sonnet-4-5",
            ANTHROPIC,
            {"input": 9, "output": 0, "cache_write": 9, "cache_write_hour": 9},
            "0.000054",
        ),
        # 100 fresh, 640 read, 150 written for five minutes, 110 for an hour, 33 out.
        (
            "claude-sonnet-4-5",
            ANTHROPIC,
            {"input": 1000, "output": 33, "cache_read": 640, "cache_write": 260, "cache_write_hour": 110},
            "0.0022095",
        ),
        # GPT-4.1: $2 in, $8 out, cached reads $0.50, and nothing for writes.
        ("gpt-4.1", OPENAI, {"input": 1001, "output": 7, "cache_read": 896}, "0.000714"),
        ("gpt-4.1-mini", OPENAI, {"input": 1, "output": 1, "cache_read": 0}, "0.000002"),
    ],
)
def test_costs_are_exact(model: str, url: str, usage: dict[str, int], dollars: str) -> None:
    with localcontext(prec=3):
        cost = prices.cost((model,), Usage(**usage), url, AT)
    assert cost == Decimal(dollars)


def test_the_table_has_a_version() -> None:
    assert prices.version().startswith("genai-prices ")


def test_the_first_model_with_a_price_counts() -> None:
    usage = Usage(input=1000, output=100)
    cost = prices.cost(("gpt-4.1",), usage, OPENAI, AT)
    assert cost == Decimal("0.0028")
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
    assert prices.cost(("gpt-4.1",), Usage(input=0, output=0), OPENAI, AT) == 0


def test_no_list_names_an_address_of_this_machine() -> None:
    from genai_prices.data_snapshot import get_snapshot

    patterns = [provider.api_pattern for provider in get_snapshot().providers]
    assert any(re.match(pattern, OPENAI) for pattern in patterns)
    for url in ("http://127.0.0.1:8000/v1", "https://localhost/v1", "http://localhost:11434", "http://[::1]:80/v1"):
        assert not any(re.match(pattern, url) for pattern in patterns), url

from __future__ import annotations

import asyncio
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from promptctl.core.models.price import Price
from promptctl.core.models.provider import ProviderSettings
from promptctl.core.models.request import Usage
from promptctl.runtime.gateway.pricing import PriceTable, by_table, price_of

AT = datetime(2026, 6, 1, tzinfo=UTC)
OWN = (Price(models="m-*", input=Decimal(1), output=Decimal(2)),)


def provider(url: str, prices: tuple[Price, ...] = ()) -> ProviderSettings:
    return ProviderSettings(name="p", kind="openai", base_url=url, prices=prices)


@pytest.mark.parametrize(
    ("url", "prices", "expected"),
    [
        ("https://api.openai.com/v1", (), True),
        ("https://relay.example/v1", (), True),
        ("https://relay.example/v1", OWN, False),
        ("http://127.0.0.1:8000/v1", (), False),
        ("http://localhost/v1", (), False),
        ("http://[::1]:80/v1", (), False),
        ("https://localhost.example/v1", (), True),
        ("http://127.0.0.1.example/v1", (), True),
    ],
)
def test_the_table_is_needed_for_what_is_sold_to_everybody(url: str, prices: tuple[Price, ...], expected: bool) -> None:
    assert by_table(provider(url, prices), ("m-1",)) is expected


def test_own_prices_hold_on_this_machine_too() -> None:
    usage = Usage(input=1_000_000, output=0)
    assert price_of(provider("http://127.0.0.1:8000/v1", OWN), ("m-1",), usage, AT) == 1.0
    assert price_of(provider("http://127.0.0.1:8000/v1", OWN), ("gpt-4.1",), usage, AT) is None


def test_the_table_is_there_once_it_is_ready() -> None:
    async def run() -> None:
        table = PriceTable()
        await table.ready()
        table.begin()
        table.begin()
        await table.ready()
        assert "genai_prices.data" in sys.modules

    asyncio.run(run())
    cost = price_of(provider("https://api.openai.com/v1"), ("gpt-4.1",), Usage(input=1000, output=100), AT)
    assert cost == Decimal("0.0028")


def test_nothing_of_it_is_loaded_before_it_begins() -> None:
    program = "import sys; import promptctl.runtime.gateway.pricing; print('genai_prices' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"

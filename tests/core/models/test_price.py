from __future__ import annotations

from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.models.price import Price, dollars_of, own_price, picodollars, prices_from
from promptctl.core.models.request import Usage

RELAY = {
    "m-*": {"input": 0.1, "output": 20, "cache_read": 0.01, "cache_write": 0.125, "cache_write_hour": 0.2},
    "*": {"input": 3, "output": 0.3},
}


def test_the_first_glob_that_names_the_model_counts() -> None:
    prices = prices_from(RELAY)
    found = own_price(prices, ("other", "m-1"))
    assert found is prices[0]
    assert found.input == Decimal("0.1")
    assert own_price(prices[:1], ("other",)) is None


@pytest.mark.parametrize(
    ("model", "usage", "dollars"),
    [
        ("m-1", Usage(input=3, output=0), "0.0000003"),
        ("m-1", Usage(input=1000, output=100, cache_read=400, cache_write=100), "0.0020665"),
        ("m-1", Usage(input=1000, output=100, cache_read=400, cache_write=100, cache_write_hour=60), "0.002071"),
        ("other", Usage(input=1000, output=1, cache_read=400, cache_write=100, cache_write_hour=60), "0.0030003"),
        ("other", Usage(input=0, output=0), "0"),
        # A provider that counts more cached tokens than tokens is not paid for the others.
        ("m-1", Usage(input=5, output=0, cache_read=10), "0.0000001"),
    ],
)
def test_costs_are_exact(model: str, usage: Usage, dollars: str) -> None:
    price = own_price(prices_from(RELAY), (model,))
    assert price
    with localcontext(prec=2):
        assert price.cost(usage) == Decimal(dollars)


@pytest.mark.parametrize("usage", [Usage(), Usage(input=1), Usage(output=1)])
def test_unknown_is_never_zero(usage: Usage) -> None:
    assert Price(models="*", input=Decimal(1), output=Decimal(1)).cost(usage) is None
    assert picodollars(None) is None


@pytest.mark.parametrize(
    ("dollars", "picos"),
    [
        (0.0, 0),
        (0.1, 100_000_000_000),
        (0.0022095, 2_209_500_000),
        (1e-12, 1),
        (Decimal("0.000000000001"), 1),
        (Decimal("1234567.000000000001"), 1_234_567_000_000_000_001),
    ],
)
def test_picodollars(dollars: Decimal | float, picos: int) -> None:
    assert picodollars(dollars) == picos


@given(st.integers(0, 10**15 - 1))
def test_an_amount_survives_a_float(picos: int) -> None:
    assert picodollars(float(dollars_of(picos))) == picos
    with localcontext(prec=2):
        assert picodollars(dollars_of(picos * 10**9 + 1)) == picos * 10**9 + 1

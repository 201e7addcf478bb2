"""What calls cost, from the price library's own table: nothing is fetched. Imports it on first use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, localcontext
from typing import Any

from promptctl.core.models.price import EXACT
from promptctl.core.models.request import Usage


def load() -> None:
    """Reads the price table now, which takes longer than many a call, so that no later one waits for it."""
    from genai_prices.data_snapshot import get_snapshot

    get_snapshot()


def version() -> str:
    """Which table prices come from, to be kept beside them."""
    import genai_prices

    return f"genai-prices {genai_prices.__version__}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPrices:
    """What a model costs: US dollars for a million tokens of a short prompt; and the tokens that it reads at most."""

    input: Decimal
    output: Decimal
    context: int | None


def listed(model: str, base_url: str, at: datetime) -> TokenPrices | None:
    """What a model costs at the provider behind ``base_url``; None where the table does not know it."""
    from genai_prices import Usage as Tokens
    from genai_prices import calc_price

    def dollars(input: int, output: int) -> Any:
        tokens = Tokens(input_tokens=input, output_tokens=output)
        with localcontext(EXACT):
            return calc_price(tokens, model, provider_api_url=base_url, genai_request_timestamp=at)

    try:
        some, answer = dollars(1000, 0), dollars(0, 1000)
    except (LookupError, ValueError):
        return None
    return TokenPrices(
        input=some.total_price * 1000,
        output=answer.total_price * 1000,
        context=some.model.context_window,
    )


def cost(models: Sequence[str], usage: Usage, base_url: str, at: datetime) -> Decimal | None:
    """US dollars for ``usage`` by the first of ``models`` that the provider behind ``base_url`` has a price for.

    Cached reads and writes have their own prices. None when tokens, provider or model are unknown: never zero for that.
    """
    if usage.input is None or usage.output is None:
        return None
    from genai_prices import Usage as Tokens
    from genai_prices import calc_price

    tokens = Tokens(
        input_tokens=usage.input,
        output_tokens=usage.output,
        cache_read_tokens=usage.cache_read,
        cache_write_tokens=usage.cache_write,
        cache_write_1h_tokens=usage.cache_write_hour or None,
    )
    for model in models:
        try:
            with localcontext(EXACT):
                price = calc_price(tokens, model, provider_api_url=base_url, genai_request_timestamp=at)
        except (LookupError, ValueError):
            continue
        return price.total_price
    return None

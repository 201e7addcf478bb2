"""What a call costs: by the provider's own prices where the settings give them, else by the price table."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from promptctl.adapters import prices
from promptctl.adapters.prices import TokenPrices
from promptctl.core.models.price import own_price
from promptctl.core.models.provider import ProviderSettings, shares
from promptctl.core.models.request import Usage
from promptctl.errors import UsageError


def by_table(provider: ProviderSettings, models: Sequence[str]) -> bool:
    """Whether only the price table can know what a model by any of its names costs.

    It lists what is sold to everybody, and so nothing at an address of this machine.
    """
    return not (provider.local or provider.loopback or own_price(provider.prices, models))


def price_of(provider: ProviderSettings, models: Sequence[str], usage: Usage, at: datetime) -> Decimal | None:
    """US dollars for ``usage`` of a model by any of its names; None when they are unknown, zero for what runs here."""
    if provider.local:
        return Decimal(0)
    if own := own_price(provider.prices, models):
        return own.cost(usage)
    return prices.cost(models, usage, provider.base_url, at) if by_table(provider, models) else None


def price_table(provider: ProviderSettings, models: Sequence[str]) -> str:
    """Which table ``price_of`` reads: "promptctl.toml" with a digest of the provider's own prices, or the library's."""
    if provider.local:
        return ""
    if own_price(provider.prices, models):
        written = "\n".join(map(repr, provider.prices)).encode()
        return f"promptctl.toml {hashlib.sha256(written).hexdigest()[:12]}"
    return prices.version() if by_table(provider, models) else ""


class PriceTable:
    """The table of one event loop, read in a thread while the first calls wait for their answers."""

    def __init__(self) -> None:
        self._loading: asyncio.Future[None] | None = None

    def begin(self) -> None:
        """Reads the table from now on."""
        if self._loading is None:
            self._loading = asyncio.get_running_loop().run_in_executor(None, prices.load)

    async def ready(self) -> None:
        """Waits until prices can be told at once."""
        if self._loading:
            await asyncio.shield(self._loading)


def token_prices(model: str, providers: Mapping[str, ProviderSettings], at: datetime) -> TokenPrices | None:
    """What a million tokens of ``[provider:]id`` cost at whoever takes most of its calls; None when nobody knows."""
    try:
        shared, model_id = shares(model, providers)
    except UsageError:
        return None
    provider = max(shared, key=lambda pair: pair[1])[0]
    if provider.local:
        return TokenPrices(input=Decimal(0), output=Decimal(0), context=None)
    if own := own_price(provider.prices, (model_id,)):
        return TokenPrices(input=own.input, output=own.output, context=None)
    return prices.listed(model_id, provider.base_url, at) if by_table(provider, (model_id,)) else None

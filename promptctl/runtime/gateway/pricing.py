"""What a call costs: by the provider's own prices where the settings give them, else by the price table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from promptctl.adapters import prices
from promptctl.core.price import own_price
from promptctl.core.provider import ProviderSettings
from promptctl.core.request import Usage


def price_of(provider: ProviderSettings, models: Sequence[str], usage: Usage, at: datetime) -> float | None:
    """US dollars for ``usage`` of a model by any of its names; None when they are unknown, zero for what runs here."""
    if provider.local:
        return 0.0
    if own := own_price(provider.prices, models):
        return own.cost(usage)
    return prices.cost(models, usage, provider.base_url, at)

"""What a call costs: by the provider's own prices where the settings give them, else by the price table."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from promptctl.adapters import prices
from promptctl.core.price import own_price
from promptctl.core.provider import ProviderSettings
from promptctl.core.request import Usage


def price_of(provider: ProviderSettings, models: Sequence[str], usage: Usage, at: datetime) -> Decimal | None:
    """US dollars for ``usage`` of a model by any of its names; None when they are unknown, zero for what runs here."""
    if provider.local:
        return Decimal(0)
    if own := own_price(provider.prices, models):
        return own.cost(usage)
    return prices.cost(models, usage, provider.base_url, at)


def price_table(provider: ProviderSettings, models: Sequence[str]) -> str:
    """Which table ``price_of`` reads: "promptctl.toml" with a digest of the provider's own prices, or the library's."""
    if provider.local:
        return ""
    if own_price(provider.prices, models):
        written = "\n".join(map(repr, provider.prices)).encode()
        return f"promptctl.toml {hashlib.sha256(written).hexdigest()[:12]}"
    return prices.version()

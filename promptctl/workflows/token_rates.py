"""What one token of a model costs, as the settings and the price table have it now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from promptctl.core.models.provider import ProviderSettings, serving
from promptctl.core.models.request import Usage
from promptctl.runtime.gateway.pricing import price_of

_SOME = 1000
"""Tokens whose price is asked for: few enough for the first tier of every table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """US dollars for a token, in the first tier of the price table."""

    input: Decimal
    cache_read: Decimal
    cache_write: Decimal
    output: Decimal

    def cost(self, input: int, cache_read: int, cache_write: int, output: int) -> Decimal:
        """US dollars for so many tokens; ``input`` holds the cached ones too."""
        fresh = max(0, input - cache_read - cache_write)
        parts = (fresh * self.input, cache_read * self.cache_read, cache_write * self.cache_write, output * self.output)
        return sum(parts, Decimal(0))


def rates(
    provider: str | None, model: str | None, providers: Mapping[str, ProviderSettings], at: datetime
) -> Rates | None:
    """The rates of a model at a provider, by name as events have them; None where the price is unknown."""
    if not model:
        return None
    name, colon, identifier = model.partition(":")
    if colon and name in providers:
        provider, model = name, identifier
    known = [providers[provider]] if provider and provider in providers else serving(model, providers)
    return next((found for it in known if (found := _rates(it, model, at))), None)


def _rates(provider: ProviderSettings, model: str, at: datetime) -> Rates | None:
    usages = {
        "input": Usage(input=_SOME, output=0),
        "cache_read": Usage(input=_SOME, output=0, cache_read=_SOME),
        "cache_write": Usage(input=_SOME, output=0, cache_write=_SOME),
        "output": Usage(input=0, output=_SOME),
    }
    costs = {name: price_of(provider, (model,), usage, at) for name, usage in usages.items()}
    if any(cost is None for cost in costs.values()):
        return None
    return Rates(**{name: cost / _SOME for name, cost in costs.items() if cost is not None})

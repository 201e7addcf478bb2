"""What tokens cost where a repository says so itself: a relay's own prices, or those of a model that no table knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from promptctl.core.request import Usage

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """US dollars for a million tokens of the models that ``models``, a glob, names.

    ``cache_read`` and ``cache_write`` are for input tokens that were cached; None: they cost what others do.
    """

    models: str
    input: float
    output: float
    cache_read: float | None = None
    cache_write: float | None = None

    def cost(self, usage: Usage) -> float | None:
        """US dollars for a call; None when its tokens are unknown."""
        if usage.input is None or usage.output is None:
            return None
        fresh = usage.input - usage.cache_read - usage.cache_write
        read = self.input if self.cache_read is None else self.cache_read
        write = self.input if self.cache_write is None else self.cache_write
        spent = fresh * self.input + usage.cache_read * read + usage.cache_write * write + usage.output * self.output
        return max(0.0, spent) / _MILLION


def prices_from(table: Mapping[str, Mapping[str, Any]]) -> tuple[Price, ...]:
    """The ``prices`` of a provider's settings, in their order."""
    return tuple(Price(models=models, **entry) for models, entry in table.items())


def own_price(prices: Sequence[Price], models: Sequence[str]) -> Price | None:
    """The first price for any of some names of one model."""
    return next((price for price in prices for model in models if fnmatchcase(model, price.models)), None)

"""What tokens cost, exactly: a repository's own prices, and amounts as whole picodollars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from fnmatch import fnmatchcase
from typing import Any

from promptctl.core.models.request import Usage

_MILLION = 1_000_000
_PICO = 12
EXACT = Context(prec=60)
"""Enough digits for every sum of tokens times prices, whatever precision the application has set for itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """US dollars for a million tokens of the models that ``models``, a glob, names.

    ``cache_read`` and ``cache_write`` are for input tokens that were cached; None: they cost what others do.
    ``cache_write_hour`` is for those of the writes that are kept for an hour; None: they cost what writes do.
    """

    models: str
    input: Decimal
    output: Decimal
    cache_read: Decimal | None = None
    cache_write: Decimal | None = None
    cache_write_hour: Decimal | None = None

    def cost(self, usage: Usage) -> Decimal | None:
        """US dollars for a call; None when its tokens are unknown."""
        if usage.input is None or usage.output is None:
            return None
        read = self.input if self.cache_read is None else self.cache_read
        write = self.input if self.cache_write is None else self.cache_write
        hour = write if self.cache_write_hour is None else self.cache_write_hour
        with localcontext(EXACT):
            return (
                max(0, usage.input - usage.cache_read - usage.cache_write) * self.input
                + usage.cache_read * read
                + max(0, usage.cache_write - usage.cache_write_hour) * write
                + usage.cache_write_hour * hour
                + usage.output * self.output
            ) / _MILLION


def prices_from(table: Mapping[str, Mapping[str, Any]]) -> tuple[Price, ...]:
    """The ``prices`` of a provider's settings, in their order; each number as it is written."""
    return tuple(
        Price(models=models, **{name: Decimal(str(value)) for name, value in entry.items()})
        for models, entry in table.items()
    )


def own_price(prices: Sequence[Price], models: Sequence[str]) -> Price | None:
    """The first price for any of some names of one model."""
    return next((price for price in prices for model in models if fnmatchcase(model, price.models)), None)


def picodollars(dollars: Decimal | float | None) -> int | None:
    """US dollars as whole picodollars (1e-12 USD), which add up without error; None stays None.

    Exact for every amount below 1,000 USD of at most twelve decimals, also when it went through a float: its shortest
    spelling is read.
    """
    if dollars is None:
        return None
    amount = dollars if isinstance(dollars, Decimal) else Decimal(repr(float(dollars)))
    return int(EXACT.to_integral_value(EXACT.scaleb(amount, _PICO)))


def dollars_of(picos: int) -> Decimal:
    """Whole picodollars as US dollars, exactly."""
    return EXACT.scaleb(Decimal(picos), -_PICO)

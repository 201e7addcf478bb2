"""``costs``: what the calls of a window cost, by what they were for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from promptctl.adapters.warehouse.costs import cached_tokens, cost_parts
from promptctl.adapters.warehouse.warehouse import Warehouse
from promptctl.core.models.provider import ProviderSettings
from promptctl.core.reporting.cost import CachedTokens, CostPart, CostReport, cost_report
from promptctl.core.reporting.window import Grouping, Window
from promptctl.workflows.token_rates import rates


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a report is about; all but the ``top`` dearest groups are shown as one."""

    window: Window
    grouping: Grouping
    top: int


def costs(warehouse: Warehouse, wanted: Wanted, providers: Mapping[str, ProviderSettings], now: datetime) -> CostReport:
    """The sums of the calls that a window holds. Raises OutsideError when the store cannot be read."""
    parts = cost_parts(warehouse, wanted.window, wanted.grouping, wanted.top)
    return cost_report(parts, wanted.grouping, provider_saved(warehouse, wanted.window, parts, providers, now))


def provider_saved(
    warehouse: Warehouse,
    window: Window,
    parts: Sequence[CostPart],
    providers: Mapping[str, ProviderSettings],
    now: datetime,
) -> Decimal | None:
    """US dollars that providers' caches saved in the calls of a window, whose sums ``parts`` are; None where a price is
    unknown. Raises OutsideError when the store cannot be read."""
    told = any(part.amounts.cache_read or part.amounts.cache_write for part in parts)
    return _saved(cached_tokens(warehouse, window), providers, now) if told else Decimal(0)


def _saved(groups: Iterable[CachedTokens], providers: Mapping[str, ProviderSettings], now: datetime) -> Decimal | None:
    """US dollars that cached reads saved less what cached writes cost more; None where a price is unknown."""
    saved = Decimal(0)
    for group in groups:
        found = rates(group.provider, group.model, providers, now)
        if found is None:
            return None
        saved += group.cache_read * (found.input - found.cache_read)
        saved -= group.cache_write * (found.cache_write - found.input)
    return saved

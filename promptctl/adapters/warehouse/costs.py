"""Asks a store for what calls cost: one scan, grouped by the engine."""

from __future__ import annotations

from typing import Any

from promptctl.adapters.warehouse.chosen import bucket, chosen_calls, group_keys
from promptctl.adapters.warehouse.warehouse import Warehouse
from promptctl.core.reporting.cost import BILLED, HITS, Amounts, CachedTokens, CostPart
from promptctl.core.reporting.window import Grouping, Window

_LOW = 0xFFFF_FFFF
_TOKENS = {
    "input": "input_tokens",
    "cache_read": "cache_read_tokens",
    "cache_write": "cache_write_tokens",
    "output": "output_tokens",
}


def cost_parts(warehouse: Warehouse, window: Window, grouping: Grouping, top: int) -> list[CostPart]:
    """The sums of each group and unit of time; all but the ``top`` dearest groups are one."""
    calls = chosen_calls(warehouse, window)
    keys = group_keys(warehouse, calls, grouping)
    # Columns as they are stored are grouped fastest; what is missing becomes an empty name afterwards.
    parts = calls.group_by(start=bucket(warehouse, calls, grouping.unit), **keys).aggregate(**_sums(calls))
    if keys:
        parts = _largest(parts.mutate(**{key: parts[key].fill_null("") for key in keys}), list(keys), top)
    rows = warehouse.rows(parts)
    return [_part(row, len(keys)) for row in rows]


def _sums(calls: Any) -> dict[str, Any]:
    """The aggregates of a group. A sum of picodollars may pass 64 bits, so both halves are summed apart."""
    return {
        "calls": calls.count(),
        "unpriced": calls.count(where=calls["cost"].isnull() & calls["status"].isin(BILLED)),
        "hits": calls.count(where=calls["cache"].isin(HITS)),
        **{name: calls[column].sum() for name, column in _TOKENS.items()},
        "cost_high": (calls["cost"] >> 32).sum(),
        "cost_low": (calls["cost"] & _LOW).sum(),
        "saved_high": (calls["saved"] >> 32).sum(),
        "saved_low": (calls["saved"] & _LOW).sum(),
    }


def _largest(parts: Any, keys: list[str], top: int) -> Any:
    """Groups beyond the dearest put together, without keys."""
    import ibis

    dollars = (parts.cost_high.sum().cast("float64") * 2.0**32 + parts.cost_low.sum().cast("float64")).fill_null(0)
    ranked = parts.group_by(keys).aggregate(dollars=dollars, number=parts["calls"].sum())
    first = ranked.order_by([ibis.desc("dollars"), ibis.desc("number"), *keys]).limit(top)
    chosen = first.select(**{f"chosen_{key}": first[key] for key in keys})
    joined = parts.left_join(chosen, [parts[key] == chosen[f"chosen_{key}"] for key in keys])
    sums = [name for name in parts.columns if name not in ("start", *keys)]
    grouped = joined.group_by("start", *(f"chosen_{key}" for key in keys))
    return grouped.aggregate(**{name: joined[name].sum() for name in sums})


def _part(row: tuple[Any, ...], keys: int) -> CostPart:
    start, names, sums = row[0], row[1 : keys + 1], row[keys + 1 :]
    calls, unpriced, hits, read, cache_read, cache_write, written, *money = (
        None if it is None else int(it) for it in sums
    )
    cost_high, cost_low, saved_high, saved_low = (it or 0 for it in money)
    return CostPart(
        keys=None if keys and names[0] is None else tuple(map(str, names)),
        start=int(start),
        amounts=Amounts(
            calls=calls or 0,
            unpriced=unpriced or 0,
            hits=hits or 0,
            input=read,
            cache_read=cache_read,
            cache_write=cache_write,
            output=written,
            cost=(cost_high << 32) + cost_low,
            saved=(saved_high << 32) + saved_low,
        ),
    )


def cached_tokens(warehouse: Warehouse, window: Window) -> list[CachedTokens]:
    """Tokens that providers read from and wrote to their caches, by provider and model."""
    calls = chosen_calls(warehouse, window)
    calls = calls.filter((calls["cache_read_tokens"] > 0) | (calls["cache_write_tokens"] > 0))
    sums = {"read": calls["cache_read_tokens"].sum(), "written": calls["cache_write_tokens"].sum()}
    rows = warehouse.rows(calls.group_by("provider", "model").aggregate(**sums))
    return [
        CachedTokens(provider=provider, model=model, cache_read=int(read or 0), cache_write=int(written or 0))
        for provider, model, read, written in rows
    ]

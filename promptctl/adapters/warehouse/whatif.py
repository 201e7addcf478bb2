"""Asks a store for what calls were made of: tokens by text and model, and calls that repeat others."""

from __future__ import annotations

from typing import Any

from promptctl.adapters.warehouse.chosen import chosen_calls
from promptctl.adapters.warehouse.warehouse import Warehouse
from promptctl.core.reporting.cost import HITS
from promptctl.core.reporting.whatif import PricedCalls, RepeatedCalls
from promptctl.core.reporting.window import Window

_KEYS = ("prompt", "digest", "model")


def priced_calls(warehouse: Warehouse, window: Window) -> list[PricedCalls]:
    """The calls that a provider answered, of known cost and tokens, by text and model."""
    calls = _priced(warehouse, window)
    calls = calls.filter(calls["input_tokens"].notnull() & calls["output_tokens"].notnull())
    rows = warehouse.rows(
        calls.group_by(list(_KEYS)).aggregate(
            calls=calls.count(),
            cost_high=(calls["cost"] >> 32).sum(),
            cost_low=(calls["cost"] & 0xFFFF_FFFF).sum(),
            input=calls["input_tokens"].sum(),
            cache_read=calls["cache_read_tokens"].sum().fill_null(0),
            cache_write=calls["cache_write_tokens"].sum().fill_null(0),
            output=calls["output_tokens"].sum(),
        )
    )
    return [_priced_calls(row) for row in rows]


def repeated_calls(warehouse: Warehouse, window: Window, ttl: int) -> list[RepeatedCalls]:
    """Of calls whose inputs were kept, those that asked the same within a span of ``ttl`` microseconds.

    Time is cut into spans, and one call of each span is taken to be asked for: a cache that begins a span with each
    answer asks for as many or fewer. Of equal calls the dearest is taken to be that one.
    """
    calls = _priced(warehouse, window)
    calls = calls.filter(calls["inputs"].notnull())
    spans = calls.group_by(
        prompt=calls["prompt"],
        digest=calls["digest"],
        model=calls["model"],
        inputs=calls["inputs"],
        span=warehouse.engine.start_of(calls["at"], ttl),
    ).aggregate(
        number=calls.count(),
        cost_high=(calls["cost"] >> 32).sum(),
        cost_low=(calls["cost"] & 0xFFFF_FFFF).sum(),
        dearest=calls["cost"].max(),
    )
    rows = warehouse.rows(
        spans.group_by("prompt").aggregate(
            calls=spans["number"].sum(),
            spans=spans.count(),
            cost_high=spans["cost_high"].sum(),
            cost_low=spans["cost_low"].sum(),
            dearest_high=(spans["dearest"] >> 32).sum(),
            dearest_low=(spans["dearest"] & 0xFFFF_FFFF).sum(),
        )
    )
    return [_repeated_calls(row) for row in rows]


def _priced(warehouse: Warehouse, window: Window) -> Any:
    calls = chosen_calls(warehouse, window)
    return calls.filter(calls["cost"].notnull() & ~calls["cache"].fill_null("").isin(HITS))


def _priced_calls(row: tuple[Any, ...]) -> PricedCalls:
    prompt, digest, model = row[:3]
    calls, high, low, read, cache_read, cache_write, written = map(int, row[3:])
    return PricedCalls(
        prompt=prompt,
        digest=digest,
        model=model,
        calls=calls,
        cost=(high << 32) + low,
        input=read,
        cache_read=cache_read,
        cache_write=cache_write,
        output=written,
    )


def _repeated_calls(row: tuple[Any, ...]) -> RepeatedCalls:
    calls, spans, high, low, dearest_high, dearest_low = map(int, row[1:])
    cost, asked = (high << 32) + low, (dearest_high << 32) + dearest_low
    return RepeatedCalls(prompt=row[0], calls=calls, cost=cost, repeated=calls - spans, repeated_cost=cost - asked)

"""Asks a store what savings rest on: how many calls followed upon others of the same text."""

from __future__ import annotations

from promptctl.adapters.warehouse.chosen import chosen_calls
from promptctl.adapters.warehouse.warehouse import Warehouse
from promptctl.core.reporting.advice import PrefixCalls
from promptctl.core.reporting.cost import BILLED, HITS
from promptctl.core.reporting.window import MINUTE, Window

_KEPT = 5 * MINUTE
"""How long a provider keeps a marked prefix after its last use, at least."""


def prefix_calls(warehouse: Warehouse, window: Window) -> list[PrefixCalls]:
    """The calls of known cost and tokens that a provider answered, by text and model.

    Time is cut into spans of five minutes. Only those count as reads that began in a span when its first call had
    surely ended: later than its start and the longest time that a call of the span took.
    """
    calls = chosen_calls(warehouse, window)
    asked = calls["cost"].notnull() & calls["input_tokens"].notnull() & calls["latency_ms"].notnull()
    calls = calls.filter(asked & ~calls["cache"].fill_null("").isin(HITS))
    keys = {name: calls[name].fill_null("") for name in ("prompt", "digest", "model", "provider")}
    calls = calls.mutate(**keys, span=warehouse.engine.start_of(calls["at"], _KEPT))
    within = [*keys, "span"]
    first, longest = (calls["at"].min().over(group_by=within), calls["latency_ms"].max().over(group_by=within))
    calls = calls.mutate(answered=first + longest * 1000.0)
    rows = warehouse.rows(
        calls.group_by(list(keys)).aggregate(
            number=calls.count(),
            reads=calls.count(where=calls["at"] > calls["answered"]),
            least=calls["input_tokens"].min(),
            cached=calls["cache_read_tokens"].sum().fill_null(0) + calls["cache_write_tokens"].sum().fill_null(0),
        )
    )
    return [
        PrefixCalls(
            prompt=prompt,
            digest=digest or None,
            model=model or None,
            provider=provider or None,
            calls=int(number),
            reads=int(reads),
            least_input=int(least),
            cached=int(cached),
        )
        for prompt, digest, model, provider, number, reads, least, cached in rows
    ]


def asked_calls(warehouse: Warehouse, window: Window) -> int:
    """How many calls a provider may have charged for."""
    calls = chosen_calls(warehouse, window)
    calls = calls.filter(calls["status"].isin(BILLED) & ~calls["cache"].fill_null("").isin(HITS))
    return int(warehouse.rows(calls.aggregate(number=calls.count()))[0][0])

"""Calls that could have read a cached prefix, counted in plain Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from promptctl.adapters.warehouse.advice import asked_calls, prefix_calls
from promptctl.adapters.warehouse.warehouse import Warehouse
from promptctl.core.events.event import Event
from promptctl.core.reporting.cost import BILLED, HITS
from promptctl.core.reporting.window import MINUTE, Window


def check_prefixes(warehouses: Mapping[str, Warehouse], events: Sequence[Event]) -> None:
    asked = [it for it in events if it.cache not in HITS]
    groups: dict[tuple[str | None, ...], list[Event]] = {}
    for it in asked:
        if None not in (it.cost, it.input_tokens, it.latency_ms):
            groups.setdefault((it.prompt, it.digest, it.model or None, it.provider), []).append(it)
    wanted = {key: _counted(held) for key, held in groups.items()}
    for engine, warehouse in warehouses.items():
        found = {
            (it.prompt, it.digest, it.model, it.provider): (it.calls, it.reads, it.least_input, it.cached)
            for it in prefix_calls(warehouse, Window())
        }
        assert found == wanted, engine
        assert asked_calls(warehouse, Window()) == sum(it.status in BILLED for it in asked), engine


def _counted(held: Sequence[Event]) -> tuple[Any, ...]:
    spans: dict[int, list[Event]] = {}
    for it in held:
        spans.setdefault(it.at // (5 * MINUTE), []).append(it)
    reads = 0
    for span in spans.values():
        answered = min(it.at for it in span) + max(it.latency_ms or 0.0 for it in span) * 1000.0
        reads += sum(it.at > answered for it in span)
    cached = sum((it.cache_read_tokens or 0) + (it.cache_write_tokens or 0) for it in held)
    return len(held), reads, min(it.input_tokens or 0 for it in held), cached

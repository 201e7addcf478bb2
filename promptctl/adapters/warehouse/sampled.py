"""Asks a store for calls whose answers were kept, a sample of them."""

from __future__ import annotations

from promptctl.adapters.warehouse.chosen import chosen_calls
from promptctl.adapters.warehouse.warehouse import Warehouse
from promptctl.core.events.event import EVENTS, Event
from promptctl.core.events.spelling import event_from_dict
from promptctl.core.reporting.window import Window


def sampled_calls(warehouse: Warehouse, window: Window, prompt: str, bound: str | None, most: int) -> list[Event]:
    """The newest answered calls of a prompt whose ids end before ``bound``, and that nothing scored online yet."""
    import ibis

    calls = chosen_calls(warehouse, window)
    calls = calls.filter((calls["prompt"] == prompt) & (calls["status"] == "ok") & calls["output"].notnull())
    if bound is not None:
        calls = calls.filter(calls["id"].right(len(bound)) < bound)
    scores = warehouse.scores
    known = scores.filter(scores["source"] == "online").select(scored="event").distinct()
    left = calls.anti_join(known, calls["id"] == known["scored"])
    rows = warehouse.rows(left.select(*EVENTS.names).order_by([ibis.desc("at"), "id"]).limit(most))
    return [event_from_dict(dict(zip(EVENTS.names, row, strict=True))) for row in rows]


def prompts_called(warehouse: Warehouse, window: Window) -> list[str]:
    """The prompts with answers that were kept, by name."""
    calls = chosen_calls(warehouse, window)
    kept = calls.filter(calls["output"].notnull())
    return sorted(row[0] for row in warehouse.rows(kept.select("prompt").distinct()))

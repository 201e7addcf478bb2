"""Asks a store for the inputs of calls that were kept with them."""

from __future__ import annotations

from typing import Any

from promptctl.adapters.warehouse.chosen import chosen_calls
from promptctl.adapters.warehouse.warehouse import Warehouse
from promptctl.core.events.spelling import event_from_dict
from promptctl.core.reporting.cost import HITS
from promptctl.core.reporting.whatif import PricedCalls
from promptctl.core.reporting.window import Window

_COLUMNS = ("id", "at", "prompt", "status", "inputs", "input_tokens")


def kept_inputs(warehouse: Warehouse, window: Window, like: PricedCalls, most: int) -> list[tuple[dict[str, Any], int]]:
    """Inputs and input tokens of the newest of calls that a provider answered, of one text and model."""
    import ibis

    calls = chosen_calls(warehouse, window)
    same = (calls["prompt"] == like.prompt) & calls["digest"].identical_to(like.digest)
    calls = calls.filter(same & calls["model"].identical_to(like.model) & calls["inputs"].notnull())
    known = calls["cost"].notnull() & calls["input_tokens"].notnull() & calls["output_tokens"].notnull()
    calls = calls.filter(known & ~calls["cache"].fill_null("").isin(HITS))
    rows = warehouse.rows(calls.select(*_COLUMNS).order_by([ibis.desc("at"), "id"]).limit(most))
    events = [event_from_dict(dict(zip(_COLUMNS, row, strict=True))) for row in rows]
    return [(it.inputs, it.input_tokens or 0) for it in events if isinstance(it.inputs, dict)]

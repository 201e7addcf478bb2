"""Inputs that were kept, found again in plain Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from promptctl.adapters.warehouse.kept_inputs import kept_inputs
from promptctl.adapters.warehouse.warehouse import Warehouse
from promptctl.adapters.warehouse.whatif import priced_calls
from promptctl.core.events.event import Event
from promptctl.core.reporting.cost import HITS
from promptctl.core.reporting.window import Window

_MOST = 3


def check_inputs(warehouses: Mapping[str, Warehouse], events: Sequence[Event]) -> None:
    kept = [it for it in events if it.cache not in HITS and None not in (it.cost, it.input_tokens, it.output_tokens)]
    newest = sorted((it for it in kept if it.inputs is not None), key=lambda it: (-it.at, it.id))
    for engine, warehouse in warehouses.items():
        groups = priced_calls(warehouse, Window())
        assert sum(group.calls for group in groups) == len(kept), engine
        for group in groups:
            like = (group.prompt, group.digest, group.model)
            own = [(it.inputs, it.input_tokens) for it in newest if (it.prompt, it.digest, it.model) == like]
            assert kept_inputs(warehouse, Window(), group, _MOST) == own[:_MOST], (engine, like)

"""Calls of a store: one by its id, what was said of it, and the latest ones of a window."""

from __future__ import annotations

from typing import Any

from promptctl.adapters.warehouse.chosen import chosen_calls
from promptctl.adapters.warehouse.warehouse import Warehouse
from promptctl.core.events.event import EVENTS, SCORES, Event, Score
from promptctl.core.events.spelling import event_from_dict, score_from_dict
from promptctl.core.reporting.window import Window


def event_of(warehouse: Warehouse, call: str) -> Event | None:
    """The event of that id, or None. Raises OutsideError where the store cannot be read."""
    if "\0" in call:  # no store keeps it, and drivers refuse to look
        return None
    events = warehouse.events
    found = warehouse.rows(events.filter(events.id == call).limit(1))
    return _event(found[0]) if found else None


def scores_of(warehouse: Warehouse, call: str) -> list[Score]:
    """What was said of a call, the oldest first. Raises OutsideError where the store cannot be read."""
    scores = warehouse.scores
    found = scores.filter(scores["event"] == call).select(*SCORES.names).order_by(["at", "name", "source"])
    return [score_from_dict(dict(zip(SCORES.names, row, strict=True))) for row in warehouse.rows(found)]


def latest_calls(warehouse: Warehouse, window: Window, most: int, before: tuple[int, str] | None = None) -> list[Event]:
    """The calls of a window, newest first; ``before`` is time and id of a call that they come after in that order.

    Raises OutsideError where the store cannot be read.
    """
    import ibis

    calls = chosen_calls(warehouse, window)
    if before:
        at, call = before
        calls = calls.filter((calls["at"] < at) | ((calls["at"] == at) & (calls["id"] < call)))
    ordered = calls.select(*EVENTS.names).order_by([ibis.desc("at"), ibis.desc("id")])
    return [_event(row) for row in warehouse.rows(ordered.limit(most))]


def _event(row: tuple[Any, ...]) -> Event:
    return event_from_dict(dict(zip(EVENTS.names, row, strict=True)))

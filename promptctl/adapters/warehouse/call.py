"""One call of a store, by its id."""

from __future__ import annotations

from promptctl.adapters.warehouse.warehouse import Warehouse
from promptctl.core.event import EVENTS, Event
from promptctl.core.event_spelling import event_from_dict


def event_of(warehouse: Warehouse, call: str) -> Event | None:
    """The event of that id, or None. Raises OutsideError where the store cannot be read."""
    events = warehouse.events
    found = warehouse.rows(events.filter(events.id == call).limit(1))
    return event_from_dict(dict(zip(EVENTS.names, found[0], strict=True))) if found else None

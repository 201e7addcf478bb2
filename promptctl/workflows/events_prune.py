"""``events prune``: old events go."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime

from promptctl.core.events.event import Pruned
from promptctl.workflows.events_store import EventsPlace


def prune_events(place: EventsPlace, keep: float | None, now: datetime) -> Pruned:
    """Deletes what began more than ``keep`` seconds ago; nothing where it is None.

    Raises StateError where there is no store, OutsideError when it cannot be used.
    """
    if keep is None:
        return Pruned(rows=0, bytes=0)
    with closing(place.open_kept()) as store:
        return store.prune(int((now.timestamp() - keep) * 1_000_000))

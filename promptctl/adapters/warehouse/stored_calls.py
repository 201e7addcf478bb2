"""A store of events as ``why`` asks it: opened for each question, and only where one is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from promptctl.adapters.warehouse.warehouse import Warehouse
    from promptctl.core.events.event import Event
    from promptctl.core.events.sent import Sent


class StoredCalls:
    """``opened`` opens the store; each question raises what it raises, and OutsideError for what cannot be read."""

    def __init__(self, opened: Callable[[], AbstractContextManager[Warehouse]]) -> None:
        self._opened = opened

    def event_of(self, call: str) -> Event | None:
        """The call of that id."""
        from promptctl.adapters.warehouse.call import event_of

        with self._opened() as warehouse:
            return event_of(warehouse, call)

    def sent(self, digests: Sequence[str]) -> Sent:
        """The calls that sent one of these."""
        from promptctl.adapters.warehouse.sent import sent

        with self._opened() as warehouse:
            return sent(warehouse, digests)

"""What a store of events says for a page, or why it says nothing: a page stands without it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, TypeVar

from promptctl.adapters.repository import Repository
from promptctl.answers.pages.faults import said
from promptctl.errors import PromptctlError

if TYPE_CHECKING:
    from promptctl.adapters.warehouse.warehouse import Warehouse
    from promptctl.core.reporting.window import Window

Found = TypeVar("Found")
Events = Callable[[], "AbstractContextManager[Warehouse]"]
"""Opens the store. That may take long: whoever opens it keeps nobody waiting for the repository meanwhile."""


class Using(Protocol):
    """Gives work the repository, one at a time."""

    def __call__(self, work: Callable[[Repository], Found], /) -> Found: ...


def window_asked(now: datetime, wanted: Mapping[str, str]) -> Window:
    """The calls that the fields of a form mean; an empty one means all. Raises UsageError."""
    from promptctl.core.reporting.window import window_of

    names = {"environment" if name == "env" else name: value or None for name, value in wanted.items()}
    return window_of(now, names.pop("since"), names.pop("until"), names)


def asked(events: Events, ask: Callable[[Warehouse], Found]) -> tuple[Found | None, str | None]:
    """What the store says, else why it does not."""
    try:
        with events() as warehouse:
            return ask(warehouse), None
    except PromptctlError as error:
        return None, said(error)

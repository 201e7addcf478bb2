"""What a store of events says for a page, or why it says nothing: a page stands without it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, TypeVar

from promptctl.answers.pages.faults import said
from promptctl.errors import PromptctlError

if TYPE_CHECKING:
    from promptctl.adapters.warehouse.warehouse import Warehouse

Found = TypeVar("Found")
Events = Callable[[], "AbstractContextManager[Warehouse]"]
"""Opens the store."""


def asked(events: Events, ask: Callable[[Warehouse], Found]) -> tuple[Found | None, str | None]:
    """What the store says, else why it does not."""
    try:
        with events() as warehouse:
            return ask(warehouse), None
    except PromptctlError as error:
        return None, said(error)

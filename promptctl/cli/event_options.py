"""Options that commands about events share."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

from promptctl.cli.context import Context
from promptctl.cli.parameters import Option
from promptctl.core.events.event import EVENTS, SCORES, Table
from promptctl.errors import UsageError

if TYPE_CHECKING:
    from promptctl.workflows.events_store import EventsPlace

UNKNOWN_KIND, NO_REPOSITORY = "PC228", "PC006"

StoreOption = Annotated[
    str | None, Option("--store", metavar="STORE", help="A store in place of the settings'.", show_default=False)
]
TableOption = Annotated[str, Option("--table", metavar="TABLE", help="events or scores.")]


def place_of(context: Context, store: str | None) -> EventsPlace:
    """The store that is meant; outside a repository only the environment and the line say so. Raises UsageError."""
    from promptctl.workflows.events_store import events_place

    root = None
    try:
        settings, root = context.repository.work.settings, context.repository.root
    except UsageError as error:
        if error.code != NO_REPOSITORY:
            raise
        settings = None
    return events_place(settings, os.environ, context.directory, store, root)


def table_named(name: str) -> Table:
    """The table of that name. Raises UsageError."""
    tables = {table.name: table for table in (EVENTS, SCORES)}
    if name not in tables:
        raise UsageError(UNKNOWN_KIND, f"there is no table `{name[:40]}`", hint="--table events or --table scores")
    return tables[name]

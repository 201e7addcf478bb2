"""The store of events as routes ask it: opened for each question, by the settings that count or as ``--store`` says."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Query, Request

from promptctl.core.reporting.window import Window, window_of

if TYPE_CHECKING:
    from promptctl.adapters.warehouse.warehouse import Warehouse
    from promptctl.core.models.provider import ProviderSettings
    from promptctl.core.settings import Settings
    from promptctl.workflows.events_store import EventsPlace

SECONDS = 10.0
"""How old a report may be that is asked for again."""


class Store:
    """``now`` is when the request came. ``named`` is a store that the server was told of."""

    def __init__(self, request: Request) -> None:
        request.state.keep = SECONDS
        self._settings: Settings = request.state.view.settings
        self._root: Path = request.state.view.repository.root
        self._named: str | None = request.app.state.store
        self.now = datetime.now(UTC)

    def open(self) -> Warehouse:
        """The store, to be closed. Raises UsageError, StateError and OutsideError where there is none to ask."""
        from promptctl.adapters.warehouse.opening import open_warehouse

        return open_warehouse(self._named, self._settings.events, os.environ, self._root, self._root)

    @contextmanager
    def opened(self) -> Iterator[Warehouse]:
        """The store for as long as that. Raises as ``open`` does."""
        with self.open() as warehouse:
            yield warehouse

    @property
    def place(self) -> EventsPlace:
        """The store as it is written to. Raises UsageError."""
        from promptctl.workflows.events_store import events_place

        return events_place(self._settings, os.environ, self._root, self._named, self._root)

    @property
    def webhook(self) -> str | None:
        """Who is told of what is negative, as the settings name it."""
        hook: str | None = self._settings.quality.get("webhook")
        return hook

    @property
    def providers(self) -> Mapping[str, ProviderSettings]:
        """The providers of the settings that count."""
        from promptctl.core.models.provider_table import parse_providers

        return parse_providers(self._settings.providers, self._settings.document)


Stored = Annotated[Store, Depends(Store)]
Since = Annotated[str, Query(description="From then on: `7d`, `24h` or ISO.", max_length=40)]
Until = Annotated[str | None, Query(description="Before then.", max_length=40)]


@dataclass(frozen=True, slots=True)
class Calls:
    """Which calls a report is about; times as ``7d``, ``24h`` or ISO."""

    since: Since = "30d"
    until: Until = None
    prompt: Annotated[str | None, Query(description="Of this prompt.", max_length=200)] = None
    env: Annotated[str | None, Query(description="In this environment.", max_length=200)] = None
    model: Annotated[str | None, Query(description="By this model.", max_length=200)] = None
    version: Annotated[str | None, Query(description="Of this version.", max_length=200)] = None
    endpoint: Annotated[str | None, Query(description="For this endpoint of the application.", max_length=200)] = None
    user: Annotated[str | None, Query(description="For this user.", max_length=200)] = None
    attribute: Annotated[Sequence[str], Query(description="`key=value`; several: all.", max_length=20)] = ()

    def window(self, now: datetime) -> Window:
        """The same as a window. Raises UsageError."""
        equal = {
            "prompt": self.prompt,
            "environment": self.env,
            "model": self.model,
            "version": self.version,
            "endpoint": self.endpoint,
            "user": self.user,
        }
        return window_of(now, self.since, self.until, equal, self.attribute)


Asked = Annotated[Calls, Depends(Calls)]
Top = Annotated[int, Query(ge=1, le=10_000, description="Lines at most; the others count as one.")]
By = Annotated[list[str] | None, Query(description="What lines are grouped by: `model,day`.", max_length=10)]

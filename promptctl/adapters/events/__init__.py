"""Stores of events: each takes batches of rows, and keeps all of one or raises."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from promptctl.adapters.trust import data_folder
from promptctl.core.events.event import Batch, Pruned, Scalar, Table
from promptctl.core.events.query import EventQuery
from promptctl.core.events.settings import BAD_STORE, StoreAddress
from promptctl.errors import UsageError

NOT_WRITTEN = "PC223"


class EventStore(Protocol):
    """Where batches of rows go. What is written twice stands once."""

    def write(self, batch: Batch) -> int:
        """How many of the rows it will never take, when it has all others.

        Raises OutsideError or StateError when it has none of them; it may be asked again with the same batch.
        """

    def close(self) -> None:
        """Lets go of what is open; the next use opens it again."""


class EventArchive(Protocol):
    """A store that can be read, filled and pruned. All methods raise OutsideError or StateError."""

    def add(self, table: Table, rows: Sequence[tuple[Scalar, ...]]) -> int:
        """Keeps rows; how many were not there yet."""

    def rows(self, query: EventQuery) -> Iterator[tuple[Scalar, ...]]:
        """The rows that are meant, in the order of time."""

    def prune(self, before: int) -> Pruned:
        """Deletes what is older than a moment, in microseconds since 1970."""

    def close(self) -> None:
        """Lets go of what is open."""


class Nowhere:
    """The store that keeps nothing."""

    def write(self, batch: Batch) -> int:
        return 0

    def close(self) -> None:
        pass


def store_path(address: StoreAddress, environment: Mapping[str, str], folder: Path) -> Path:
    """The file or folder that an address names: one of a repository's settings is below the user's data folder, any
    other below ``folder``. Raises UsageError for the home of a user that there is not."""
    base = data_folder(environment) / "events" if address.shared else folder
    try:
        return base / Path(address.target).expanduser()
    except RuntimeError:
        raise UsageError(BAD_STORE, f"there is no folder {address.target[:80]}", hint="write the whole path") from None


def open_store(address: StoreAddress, environment: Mapping[str, str], folder: Path) -> EventStore:
    """The store at an address; nothing is opened before the first batch.

    Raises UsageError for one that nothing is recorded to.
    """
    if address.kind == "sqlite":
        from promptctl.adapters.events.sqlite import SqliteEvents

        return SqliteEvents(store_path(address, environment, folder))
    if address.kind == "jsonl":
        from promptctl.adapters.events.jsonl import JsonlEvents

        return JsonlEvents(store_path(address, environment, folder))
    if address.kind == "otlp":
        from promptctl.adapters.events.otlp import OtlpEvents, header_values, require_installed

        require_installed()
        # A key goes only where the one who set it said, never where a repository says.
        headers = {} if address.shared else header_values(environment.get("OTEL_EXPORTER_OTLP_HEADERS", ""))
        return OtlpEvents(address.target, headers, environment.get("OTEL_SERVICE_NAME", "promptctl"))
    if address.kind == "none":
        return Nowhere()
    raise UsageError(NOT_WRITTEN, f"nothing is recorded to {address.kind}", hint="name a store of sqlite or jsonl")


def open_archive(address: StoreAddress, environment: Mapping[str, str], folder: Path) -> EventArchive:
    """The store at an address, to be read, filled and pruned. Raises UsageError for one that cannot."""
    if address.kind == "sqlite":
        from promptctl.adapters.events.sqlite import SqliteEvents

        return SqliteEvents(store_path(address, environment, folder))
    if address.kind == "jsonl":
        from promptctl.adapters.events.jsonl_archive import JsonlArchive

        return JsonlArchive(store_path(address, environment, folder))
    if address.kind == "postgresql":
        from promptctl.adapters.events.postgresql import PostgresEvents

        return PostgresEvents(address.target, shared=address.shared)
    hint = "name a store with --store sqlite:FILE.sqlite3 or postgresql://…"
    raise UsageError(NOT_WRITTEN, f"there are no events to be had from {address}", hint=hint)

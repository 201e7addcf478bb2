"""Finds and opens the store of events that a command or the settings name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from promptctl.adapters.events import store_path
from promptctl.adapters.events_trust import require_events_trust
from promptctl.adapters.files import home_path
from promptctl.adapters.warehouse.warehouse import NO_EVENTS, Warehouse
from promptctl.core.events.settings import BAD_STORE, DATABASE_ENDINGS, StoreAddress, event_settings, parse_store
from promptctl.errors import StateError, UsageError

MISSING_EXTRA = "PC058"


def open_warehouse(
    named: str | None,
    table: Mapping[str, object],
    environment: Mapping[str, str],
    folder: Path,
    root: Path | None = None,
) -> Warehouse:
    """The store ``named`` on the command line, else that of ``PROMPTCTL_EVENTS``, else of the ``[events]`` table.

    ``named`` is ``sqlite:FILE``, ``duckdb:FILE``, ``jsonl:FOLDER``, ``postgresql://…``, or a folder or pattern of
    Parquet and JSONL files; a relative path is below ``folder``. ``root`` is the work tree that has the table.
    Raises UsageError for what is none of these and where
    the extra is not installed, StateError where nothing is kept or a repository's store elsewhere is not trusted,
    OutsideError for what cannot be read.
    """
    try:
        import ibis  # noqa: F401 - told apart from what a missing driver says
    except ImportError:
        hint = 'pip install "git-promptctl[reports]"'
        raise UsageError(MISSING_EXTRA, "reports over events need packages that are not installed", hint=hint) from None
    if named is None:
        settings = event_settings(table, environment)
        require_events_trust(settings, environment, folder, root)
        return _at(settings.store, environment, folder)
    kind, colon, target = named.partition(":")
    if kind == "duckdb" and colon:
        from promptctl.adapters.warehouse.duckdb import open_duckdb

        return open_duckdb(folder / home_path(target))
    if kind in ("sqlite", "jsonl", "otlp", "postgresql", "postgres", "none"):
        return _at(parse_store(named), environment, folder)
    return _path(named, folder)


def _path(named: str, folder: Path) -> Warehouse:
    path = folder / home_path(named)
    if named.endswith((*DATABASE_ENDINGS, ".duckdb")):
        kind = "duckdb" if named.endswith(".duckdb") else "sqlite"
        raise UsageError(BAD_STORE, f"`{named[:80]}` is a database", hint=f"--store {kind}:{named[:80]}")
    from promptctl.adapters.warehouse.duckdb import open_files

    return open_files(str(path))


def _at(address: StoreAddress, environment: Mapping[str, str], folder: Path) -> Warehouse:
    if address.kind == "postgresql":
        from promptctl.adapters.warehouse.postgresql import open_postgresql

        return open_postgresql(address.target, shared=address.shared)
    if address.kind in ("otlp", "none"):
        message = (
            "no events are kept: the store is none"
            if address.kind == "none"
            else "what goes to an OTLP receiver is not read here"
        )
        raise StateError(NO_EVENTS, message, hint="--store sqlite:FILE, or [events] store in promptctl.toml")
    path = store_path(address, environment, folder)
    if address.kind == "sqlite":
        from promptctl.adapters.warehouse.sqlite import open_sqlite

        return open_sqlite(path)
    from promptctl.adapters.warehouse.duckdb import open_files

    return open_files(str(path))

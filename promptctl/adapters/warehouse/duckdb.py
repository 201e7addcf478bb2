"""Opens events with DuckDB: its own database files, and folders of Parquet or JSONL files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from glob import glob
from pathlib import Path

from promptctl.adapters.warehouse.engine import Engine
from promptctl.adapters.warehouse.file_views import from_jsonl, from_nothing, from_parquet, jsonl_source, parquet_source
from promptctl.adapters.warehouse.warehouse import (
    FOREIGN,
    NO_EVENTS,
    UNUSABLE,
    Connection,
    Warehouse,
    columns_of,
    holds,
)
from promptctl.core.counting import count
from promptctl.core.events.event import EVENTS, TABLES, Table
from promptctl.errors import OutsideError, PromptctlError, StateError

ENDINGS = (".parquet", ".jsonl", ".ndjson", ".jsonl.gz")
_OPTIONS = {"autoinstall_known_extensions": "false", "memory_limit": "256MB", "preserve_insertion_order": "false"}
"""Nothing is fetched; what does not fit into memory goes to a temporary folder."""


def open_duckdb(path: Path) -> Warehouse:
    """The store in a file of DuckDB. Raises StateError without one or for another program's, OutsideError for one that
    cannot be read."""
    if not path.is_file():
        raise StateError(NO_EVENTS, f"there are no events in {path}", hint="promptctl events import FILE, or --store")
    warehouse = _opened(str(path), f"duckdb:{path}", read_only=True)
    try:
        held = {(table, column) for table, column in warehouse.connection.execute(_COLUMNS).fetchall()}
    except Exception:
        warehouse.connection.close()
        raise
    if not all(holds(table, columns_of(table, held)) for table in TABLES):
        warehouse.connection.close()
        raise StateError(FOREIGN, f"{path} holds no events that this version knows", hint="name another file")
    return replace(warehouse, held=columns_of(EVENTS, held))


def open_files(pattern: str) -> Warehouse:
    """The store in the Parquet and JSONL files of a folder, or of a pattern as shells have it.

    A file whose name begins with ``scores`` or ``drops`` holds that table, any other the calls. Columns that a file
    does not have are empty. Raises StateError without files, OutsideError for one that cannot be read.
    """
    path = Path(pattern)
    names = path.rglob("*") if path.is_dir() else map(Path, glob(pattern, recursive=True))  # noqa: PTH207 - a whole path is the pattern
    files = sorted(str(name) for name in names if name.name.endswith(ENDINGS) and name.is_file())
    tables = {table.name: [name for name in files if _table(name) == table.name] for table in TABLES}
    if not tables["events"]:
        message = f"there are no events in {pattern}: no {', '.join(ENDINGS)} file"
        raise StateError(NO_EVENTS, message, hint="promptctl events export FILE, or name another folder")
    warehouse = _opened(":memory:", pattern, read_only=False)
    try:
        broken = sum(_show(table, tables[table.name], warehouse.connection) for table in TABLES)
    except Exception as error:  # noqa: BLE001 - a driver's own, or it goes on
        warehouse.connection.close()
        raise warehouse.failed(error) or error from None
    note = f"{count(broken, 'line')} in {pattern} not whole: left out" if broken else None
    return replace(warehouse, note=note)


_COLUMNS = "SELECT table_name, column_name FROM information_schema.columns"


def _table(name: str) -> str:
    file = Path(name).name
    return next((table for table in ("scores", "drops") if file.startswith(table)), "events")


def _opened(database: str, name: str, *, read_only: bool) -> Warehouse:
    import duckdb

    def failed(error: Exception) -> PromptctlError | None:
        return _unreadable(name, error) if isinstance(error, duckdb.Error) else None

    try:
        connection = duckdb.connect(database, read_only=read_only, config=dict(_OPTIONS))
    except (duckdb.Error, OSError) as error:
        raise _unreadable(name, error) from None
    return Warehouse(name=name, engine=Engine("duckdb"), connection=connection, failed=failed)


def _unreadable(name: str, error: Exception) -> OutsideError:
    said = str(error).split("\n")[0][:200]
    hint = "look at the files' rights, and whether something else has them open"
    return OutsideError(UNUSABLE, f"the events in {name} cannot be used: {said}", hint=hint)


def _show(table: Table, files: Sequence[str], connection: Connection) -> int:
    """Makes a view of files with exactly the table's columns; how many of their lines are not whole."""
    parquet = [name for name in files if name.endswith(".parquet")]
    lines = [name for name in files if name not in parquet]
    parts, broken = [], 0
    if parquet:
        source = parquet_source(parquet)
        described = " ".join(("DESCRIBE SELECT * FROM", source))
        held = {name for name, *_ in connection.execute(described).fetchall()}
        parts.append(from_parquet(table, source, held))
    if lines:
        source = jsonl_source(table, lines)
        parts.append(from_jsonl(table, source))
        counted = ("SELECT count(*) FROM", source, "WHERE", f'"{table.key[0]}" IS NULL')
        broken = connection.execute(" ".join(counted)).fetchone()[0]
    connection.execute(f"CREATE VIEW {table.name} AS {' UNION ALL '.join(parts) or from_nothing(table)}")
    return broken

"""Which store is opened, and what is said of one that cannot be."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from promptctl.adapters.warehouse.costs import cost_parts
from promptctl.adapters.warehouse.opening import open_warehouse
from promptctl.adapters.warehouse.postgresql import open_postgresql
from promptctl.core.events.settings import StoreAddress
from promptctl.core.reporting.window import Grouping, Window
from promptctl.errors import OutsideError, PromptctlError, StateError, UsageError
from tests.event_samples import event
from tests.event_stores import opened, write_duckdb, write_jsonl, write_parquet, write_postgresql, write_sqlite

CALLS = [event(number) for number in range(3)]


def number_of_calls(store: str, folder: Path = Path("/")) -> int:
    with open_warehouse(store, {}, {}, folder) as warehouse:
        return sum(part.amounts.calls for part in cost_parts(warehouse, Window(), Grouping(), 1))


def test_the_settings_name_a_store_unless_the_environment_or_the_command_does(tmp_path: Path) -> None:
    data = {"PROMPTCTL_DATA_DIR": str(tmp_path)}
    for name, count in (("events/shop.sqlite3", 1), ("own.sqlite3", 2), ("named.sqlite3", 3)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        write_sqlite(tmp_path / name, CALLS[:count])
    table = {"store": "sqlite:shop.sqlite3"}
    found = []
    for named, environment in (
        (None, data),
        (None, data | {"PROMPTCTL_EVENTS": "sqlite:own.sqlite3"}),
        ("sqlite:named.sqlite3", data | {"PROMPTCTL_EVENTS": "sqlite:own.sqlite3"}),
    ):
        with open_warehouse(named, table, environment, tmp_path) as warehouse:
            found.append(len(warehouse.rows(warehouse.events)))
    assert found == [1, 2, 3]


def test_folders_and_patterns_of_files(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "j[1]'s", CALLS[:1])
    write_parquet(tmp_path / "p", CALLS)
    assert number_of_calls("j[1]'s", tmp_path) == 1
    assert number_of_calls(str(tmp_path / "p")) == 3
    assert number_of_calls("*/events-1.*", tmp_path) == 4
    assert number_of_calls(f"jsonl:{tmp_path}/j[1]'s") == 1


def test_lines_that_a_process_did_not_finish_are_left_out(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "j", CALLS)
    with (tmp_path / "j" / "events-1.jsonl").open("a") as file:
        file.write('{"id": "x", "at": 17')
    assert number_of_calls(str(tmp_path / "j")) == 3
    with opened(str(tmp_path / "j")) as warehouse:
        assert warehouse.note == f"1 line in {tmp_path}/j not whole: left out"


def test_columns_that_files_do_not_have_are_empty(tmp_path: Path) -> None:
    import duckdb

    (tmp_path / "old").mkdir()
    query = "SELECT 'a' AS id, 1 AS at, 'p' AS prompt, 'ok' AS status"
    duckdb.connect().execute(f"COPY ({query}) TO '{tmp_path}/old/events.parquet' (FORMAT parquet)")
    with opened(str(tmp_path / "old")) as warehouse:
        (part,) = cost_parts(warehouse, Window(), Grouping(columns=("model",)), 5)
    assert (part.keys, part.amounts.calls, part.amounts.unpriced, part.amounts.input) == (("",), 1, 1, None)


def foreign_sqlite(path: Path, application: int, version: int) -> str:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE notes (text)")
        connection.execute(f"PRAGMA application_id = {application}")
        connection.execute(f"PRAGMA user_version = {version}")
    connection.close()
    return f"sqlite:{path}"


def locked_sqlite(path: Path) -> sqlite3.Connection:
    write_sqlite(path, CALLS)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("PRAGMA journal_mode = DELETE")
    holder.execute("BEGIN EXCLUSIVE")
    return holder


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    import duckdb

    (tmp_path / "empty.sqlite3").touch()
    (tmp_path / "text.sqlite3").write_text("no database at all " * 100)
    (tmp_path / "text.duckdb").write_text("no database at all " * 1000)
    (tmp_path / "none").mkdir()
    (tmp_path / "text.parquet").write_text("no parquet")
    duckdb.connect(str(tmp_path / "other.duckdb")).execute("CREATE TABLE notes (text VARCHAR)")
    cases: list[tuple[str, type[PromptctlError], str, str]] = [
        (f"sqlite:{tmp_path}/absent.sqlite3", StateError, "PC231", "there are no events"),
        (f"sqlite:{tmp_path}/empty.sqlite3", StateError, "PC231", "there are no events"),
        (f"sqlite:{tmp_path}/text.sqlite3", StateError, "PC224", "no database"),
        (foreign_sqlite(tmp_path / "notes.sqlite3", 7, 1), StateError, "PC224", "holds no events"),
        (foreign_sqlite(tmp_path / "later.sqlite3", 0x70637476, 99), StateError, "PC224", "of version 99"),
        (f"duckdb:{tmp_path}/absent.duckdb", StateError, "PC231", "there are no events"),
        (f"duckdb:{tmp_path}/text.duckdb", OutsideError, "PC222", "cannot be used"),
        (f"duckdb:{tmp_path}/other.duckdb", StateError, "PC224", "holds no events"),
        (f"{tmp_path}/none", StateError, "PC231", "there are no events"),
        (f"{tmp_path}/text.parquet", OutsideError, "PC222", "cannot be used"),
        (f"{tmp_path}/x.sqlite3", UsageError, "PC221", "is a database"),
        ("otlp:https://collector.example", StateError, "PC231", "not read here"),
        ("none", StateError, "PC231", "no events are kept"),
        ("postgresql://nobody:secret@127.0.0.1:9/x", OutsideError, "PC222", "cannot be used"),
    ]
    for store, kind, code, message in cases:
        with pytest.raises(kind, match=message) as refused:
            opened(store)
        assert refused.value.code == code
        assert refused.value.hint
        assert "secret" not in str(refused.value)


def test_a_locked_or_broken_file_is_told_when_it_is_asked(tmp_path: Path) -> None:
    from promptctl.adapters.warehouse.sqlite import open_sqlite

    holder = locked_sqlite(tmp_path / "locked.sqlite3")
    with pytest.raises(OutsideError, match="locked"):
        open_sqlite(tmp_path / "locked.sqlite3", busy_seconds=0.01)
    holder.close()
    path = tmp_path / "torn.sqlite3"
    write_sqlite(path, [event(number, endpoint="x" * 500) for number in range(200)])
    whole = path.read_bytes()
    path.write_bytes(whole[:8192] + b"\xff" * (len(whole) - 8192))
    with pytest.raises(OutsideError) as refused:
        number_of_calls(f"sqlite:{path}")
    assert refused.value.code == "PC222"


def test_a_store_is_only_read(tmp_path: Path) -> None:
    for store in (write_sqlite(tmp_path / "a.sqlite3", CALLS), write_duckdb(tmp_path / "b.duckdb", CALLS)):
        with opened(store) as warehouse, pytest.raises(Exception, match=r"readonly|read-only"):
            warehouse.connection.execute("DELETE FROM events")


@pytest.mark.services
def test_postgresql(postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StateError) as refused:
        opened(postgres)
    assert refused.value.code == "PC224"
    write_postgresql(postgres, CALLS)
    assert number_of_calls(postgres) == 3
    with opened(postgres) as warehouse, pytest.raises(Exception, match="read-only"):
        warehouse.connection.execute("DELETE FROM events")
    monkeypatch.setenv("PGPASSWORD", "canary")
    with open_postgresql(StoreAddress(kind="postgresql", target=postgres).target, shared=True) as shared:
        assert shared.connection.info.password == ""  # type: ignore[attr-defined]

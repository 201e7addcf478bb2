"""Events in SQLite: private, whole batches, one file for many processes, and never another program's."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from promptctl.adapters.events import open_store, store_path
from promptctl.adapters.events.sqlite import SqliteEvents, require_ours
from promptctl.core.events.event import EVENTS, Batch, Drop, row
from promptctl.core.events.query import EventQuery
from promptctl.core.events.settings import StoreAddress, parse_store
from promptctl.errors import OutsideError, StateError, UsageError
from tests.event_samples import event, score

WRITERS = """
import os, sys
from pathlib import Path
from promptctl.adapters.events.sqlite import SqliteEvents, require_ours
from promptctl.core.events.event import Batch, row
from tests.event_samples import event
start, go = os.pipe()
children = []
for writer in range(8):
    if not (child := os.fork()):
        os.close(go)
        os.read(start, 1)
        store = SqliteEvents(Path(sys.argv[1]))
        for first in range(writer * 500, writer * 500 + 500, 20):
            store.write(Batch(events=[row(event(number)) for number in range(first, first + 20)]))
        store.close()
        os._exit(0)
    children.append(child)
os.close(go)
sys.exit(sum(os.waitpid(child, 0)[1] for child in children))
"""
FORKED = """
import os, sys
from pathlib import Path
from promptctl.adapters.events.sqlite import SqliteEvents, require_ours
from promptctl.core.events.event import Batch, row
from tests.event_samples import event
store = SqliteEvents(Path(sys.argv[1]))
store.write(Batch(events=[row(event(1))]))
child = os.fork()
store.write(Batch(events=[row(event(2 if child == 0 else 3))]))
if child == 0:
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
store.close()
"""


def rows(path: Path, query: str = 'SELECT "id" FROM events ORDER BY "id"') -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "events.sqlite3"


def batch(*numbers: int) -> Batch:
    return Batch(events=[row(event(number)) for number in numbers])


def test_a_batch_is_kept_whole_and_once(path: Path) -> None:
    store = SqliteEvents(path)
    kept = Batch(events=[row(event())], scores=[row(score())], drops=[row(Drop(process="p", at=1, count=2))])
    store.write(kept)
    store.write(kept)
    store.close()
    assert rows(path, "SELECT * FROM events") == [row(event())]
    assert rows(path, "SELECT * FROM scores") == [row(score())]
    assert rows(path, 'SELECT "count" FROM drops') == [(2,)]
    assert rows(path, "PRAGMA user_version") == [(1,)]
    assert rows(path, "PRAGMA auto_vacuum") == [(2,)]


def test_files_are_for_this_user_alone(path: Path) -> None:
    store = SqliteEvents(path)
    store.write(batch(1))
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {0o600}
    store.close()


def test_a_bad_row_keeps_nothing_of_its_batch(path: Path) -> None:
    store = SqliteEvents(path)
    with pytest.raises(OutsideError, match="NOT NULL"):
        store.write(Batch(events=[row(event()), (None,) * len(EVENTS.columns)]))
    store.write(batch(2))
    store.close()
    assert rows(path) == [(event(2).id,)]


@pytest.mark.parametrize("content", [b"no database" * 1000, b"SQLite format 3\0" + b"\xff" * 5000, b"x"])
def test_a_file_that_is_no_store_is_left_as_it_is(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    store = SqliteEvents(path)
    for act in (lambda: store.write(batch(1)), lambda: list(store.rows(EventQuery(table=EVENTS)))):
        with pytest.raises(StateError, match="was left as it is") as caught:
            act()
        assert caught.value.code == "PC224"
    store.close()
    assert store.set_aside == 0
    assert [file.read_bytes() for file in path.parent.iterdir()] == [content]


def test_a_file_that_breaks_while_it_is_used_is_set_aside(path: Path) -> None:
    store = SqliteEvents(path)
    store.write(batch(*range(200)))
    store.close()
    data = bytearray(path.read_bytes())
    data[200 : len(data)] = b"\xff" * (len(data) - 200)
    path.write_bytes(data)
    store.write(batch(1))
    store.close()
    assert store.set_aside == 1
    (aside,) = path.parent.glob("*.broken-*[0-9]")
    assert aside.read_bytes() == data
    assert rows(path) == [(event(1).id,)]


def test_a_file_that_is_taken_away_is_made_again(path: Path) -> None:
    store = SqliteEvents(path)
    store.write(batch(1))
    path.rename(path.with_name("old.sqlite3"))
    store.write(batch(2))
    store.close()
    assert rows(path) == [(event(2).id,)]


def test_another_programs_database_and_a_later_version_are_refused(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE cookies (name TEXT)")
    content = path.read_bytes()
    with pytest.raises(StateError, match="another program's"):
        SqliteEvents(path).write(batch(1))
    assert [file.read_bytes() for file in path.parent.iterdir()] == [content]
    path.unlink()
    store = SqliteEvents(path)
    store.write(batch(1))
    store.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 9")
    with pytest.raises(StateError, match="version 9"):
        store.write(batch(2))


def test_a_link_is_not_followed(path: Path, tmp_path: Path) -> None:
    path.parent.mkdir()
    path.symlink_to(tmp_path / "elsewhere.sqlite3")
    with pytest.raises(OutsideError, match="not a file of this user"):
        SqliteEvents(path).write(batch(1))
    assert not (tmp_path / "elsewhere.sqlite3").exists()


def test_a_locked_file_is_refused_after_the_wait_and_taken_later(path: Path) -> None:
    store = SqliteEvents(path, busy_seconds=0.01)
    store.write(batch(1))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OutsideError, match="locked"):
            store.write(batch(2))
    store.write(batch(2))
    store.close()
    assert rows(path) == [(event(1).id,), (event(2).id,)]


def test_eight_first_openers_write_at_once_and_nothing_is_lost(path: Path) -> None:
    assert subprocess.run([sys.executable, "-c", WRITERS, str(path)], check=False).returncode == 0
    assert rows(path) == [(event(number).id,) for number in range(4000)]
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]


def test_a_store_that_another_process_makes_meanwhile_is_ours(path: Path) -> None:
    """Between any two statements of the question whose file it is, somebody else may answer it."""
    path.parent.mkdir()
    path.touch()
    asked: list[str] = []

    def meanwhile(statement: str) -> None:
        asked.append(statement)
        if len(asked) == 2:
            SqliteEvents(path, busy_seconds=0).write(batch(1))

    with closing(sqlite3.connect(path)) as connection:
        connection.set_trace_callback(meanwhile)
        require_ours(connection)
    assert asked


def test_a_child_opens_a_connection_of_its_own(path: Path) -> None:
    assert subprocess.run([sys.executable, "-c", FORKED, str(path)], check=False).returncode == 0
    assert rows(path) == [(event(number).id,) for number in (1, 2, 3)]


def test_where_a_store_is(tmp_path: Path) -> None:
    environment = {"PROMPTCTL_DATA_DIR": "/data"}
    assert store_path(StoreAddress(), environment, tmp_path) == Path("/data/events/events.sqlite3")
    assert store_path(parse_store("sqlite:a.db"), environment, tmp_path) == tmp_path / "a.db"
    assert store_path(parse_store("sqlite:/a.db", shared=True), environment, tmp_path) == Path("/a.db")
    with pytest.raises(UsageError, match="nothing is recorded to postgresql"):
        open_store(parse_store("postgresql://db/e"), environment, tmp_path)

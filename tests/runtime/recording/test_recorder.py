"""Recording: nothing waits, nothing raises, and events plus drops are calls."""

from __future__ import annotations

import base64
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from promptctl.core.events.event import EVENTS, SCORES, Event
from promptctl.runtime.recording import Counts, Recorder, new_id, open_recorder
from promptctl.runtime.recording.tally import Tally
from tests.event_samples import event, score
from tests.runtime.recording.recorders import counted, recorder

SECRET = "canary-7f3a9b2c4d5e6f708192"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events" / "events.sqlite3"


@pytest.fixture
def made(path: Path) -> Iterator[Callable[..., Recorder]]:
    """Makes recorders that are closed at the end."""
    found: list[Recorder] = []

    def make(**options: Any) -> Recorder:
        found.append(recorder(path, **options))
        return found[-1]

    yield make
    for each in found:
        assert each.close(60)


@pytest.fixture
def locked(path: Path) -> Iterator[sqlite3.Connection]:
    """The store's file with a transaction of somebody else."""
    path.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("BEGIN IMMEDIATE")
        yield other


def test_what_is_flushed_is_in_the_store(made: Callable[..., Recorder], path: Path) -> None:
    events = made()
    for number in range(450):
        events.record(event(number))
    events.score(score(1))
    assert events.flush(60)
    assert counted(path) == (450, 0)
    assert events.counts() == Counts(recorded=451, written=451, dropped=0)


def test_nothing_is_opened_before_the_first_event(made: Callable[..., Recorder], path: Path) -> None:
    events = made()
    assert events.flush(60)
    assert events.close(60)
    assert not path.parent.exists()


def test_closing_ends_the_thread_and_the_next_event_begins_another(made: Callable[..., Recorder], path: Path) -> None:
    events = made()
    for number in range(3):
        events.record(event(number))
        assert events.close(60)
        assert not [thread for thread in threading.enumerate() if thread.name == "promptctl-events"]
    assert counted(path) == (3, 0)


def test_a_store_that_is_locked_gets_everything_later(
    made: Callable[..., Recorder], path: Path, locked: sqlite3.Connection
) -> None:
    events = made(busy_seconds=0.001)
    for number in range(300):
        events.record(event(number))
    assert not events.flush(0.01)
    assert events.counts() == Counts(recorded=300, written=0, dropped=0)
    locked.execute("ROLLBACK")
    assert events.flush(60)
    assert "locked" not in str(events.failure)
    assert counted(path) == (300, 0)


def test_what_does_not_fit_is_dropped_counted_and_told(
    made: Callable[..., Recorder], path: Path, locked: sqlite3.Connection
) -> None:
    events = made(limit=50, busy_seconds=0.001)
    for number in range(1000):
        events.record(event(number))
    dropped = events.counts().dropped
    assert dropped >= 1000 - 50 - 200
    locked.execute("ROLLBACK")
    assert events.flush(60)
    assert counted(path) == (1000 - dropped, dropped)
    assert events.counts() == Counts(recorded=1000, written=1000 - dropped, dropped=dropped)


def test_what_is_no_event_is_counted_and_the_others_are_kept(made: Callable[..., Recorder], path: Path) -> None:
    class Odd:
        def __str__(self) -> str:
            raise RuntimeError("odd")

    nested: list[Any] = []
    for _ in range(10_000):
        nested = [nested]
    events = made()
    bad: list[Event] = [event(1, cost=2**70), event(2, inputs=Odd()), event(3, inputs=nested), event(4, prompt=None)]
    for each in [event(0), *bad, event(5)]:
        events.record(each)
    assert events.flush(60)
    assert counted(path) == (2, 4)
    assert events.counts() == Counts(recorded=6, written=2, dropped=4)


def test_many_threads_are_counted_exactly(made: Callable[..., Recorder], path: Path) -> None:
    events = made(limit=100)

    def call(first: int) -> None:
        for number in range(first, first + 500):
            events.record(event(number))

    threads = [threading.Thread(target=call, args=(start,)) for start in range(0, 4000, 500)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert events.flush(60)
    kept, dropped = counted(path)
    assert kept + dropped == 4000
    assert events.counts() == Counts(recorded=4000, written=kept, dropped=dropped)


@pytest.mark.parametrize("break_it", ["folder", "foreign"])
def test_a_store_that_cannot_be_used_never_reaches_the_application(
    made: Callable[..., Recorder], path: Path, break_it: str
) -> None:
    if break_it == "folder":
        path.mkdir(parents=True)
    else:
        path.parent.mkdir()
        with closing(sqlite3.connect(path)) as other:
            other.execute("CREATE TABLE cookies (name TEXT)")
    events = made()
    events.record(event(0))
    assert not events.flush(0.01)
    path.rename(path.with_name("aside"))
    assert events.flush(60)
    assert counted(path) == (1, 0)


def test_a_broken_store_is_replaced(made: Callable[..., Recorder], path: Path) -> None:
    first = made()
    first.record(event(0))
    assert first.close(60)
    path.write_bytes(path.read_bytes()[:200] + b"\xff" * 5000)
    events = made()
    events.record(event(0))
    assert events.flush(60)
    assert counted(path) == (1, 0)
    assert len(list(path.parent.glob("*.broken-*[0-9]"))) == 1


def test_a_file_that_is_no_store_is_neither_renamed_nor_written_to(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"mine" * 1000)
    events = recorder(path)
    events.record(event(0))
    assert not events.flush(0.01)
    assert not events.close(0.01)
    assert [file.read_bytes() for file in path.parent.iterdir()] == [b"mine" * 1000]


_PLACES = [column.name for table in (EVENTS, SCORES) for column in table.columns if column.kind in ("text", "json")]


@pytest.mark.parametrize("store", ["sqlite:events.sqlite3", "jsonl:lines"])
def test_secrets_are_in_no_file(tmp_path: Path, store: str) -> None:
    environment = {"SHOP_TOKEN": SECRET, "PROMPTCTL_DATA_DIR": str(tmp_path)}
    spellings = [SECRET, quote(f"&{SECRET}&", safe=""), base64.b64encode(SECRET.encode()).decode(), SECRET[:13]]
    events = open_recorder({"store": store, "content": True}, environment, tmp_path)
    for number, spelling in enumerate(spellings):
        for place in _PLACES:
            value = (
                {spelling: [f"x {spelling} y"]} if place in ("attributes", "inputs", "output") else f"x {spelling} y"
            )
            if place in EVENTS.names:
                events.record(event(number, **{place: value}))
            else:
                events.score(score(number, **{place: value}))
    assert events.close(60)
    assert events.counts().dropped == 0
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert sum(map(len, files)) > 10_000
    assert [spelling for spelling in spellings if any(spelling.encode() in data for data in files)] == []


def test_a_tally_counts_what_is_added_and_not_its_reads() -> None:
    tally = Tally()
    for number in range(5):
        assert tally.total() == tally.total() == number
        tally.add()


def test_ids_are_new_and_in_order() -> None:
    names = [new_id() for _ in range(1000)]
    assert len(set(names)) == 1000
    assert [name[:10] for name in names] == sorted(name[:10] for name in names)


def test_a_recorder_as_the_settings_ask_for_it(tmp_path: Path) -> None:
    environment = {"PROMPTCTL_DATA_DIR": str(tmp_path), "SHOP_LOGIN": SECRET}
    events = open_recorder({"units": "plain"}, environment, tmp_path, keys=["SHOP_LOGIN"])
    events.record(event(0, unit="ada", inputs="secret", endpoint=SECRET))
    environment["LATER_TOKEN"] = "swordfish-0123456789"
    assert events.flush(60)
    events.record(event(1, endpoint="swordfish-0123456789"))
    assert events.close(60)
    path = tmp_path / "events" / "events.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute('SELECT "unit", "inputs", "endpoint" FROM events ORDER BY "id"').fetchall()
    assert rows == [("ada", None, "[masked]"), (None, None, "[masked]")]


def test_nothing_is_kept_where_the_store_is_none(tmp_path: Path) -> None:
    events = open_recorder({"store": "none"}, {"PROMPTCTL_DATA_DIR": str(tmp_path)}, tmp_path)
    events.record(event(0))
    assert events.close(60)
    assert list(tmp_path.iterdir()) == []

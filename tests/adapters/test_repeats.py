"""What was asked with an idempotency key is never forgotten: rather nothing is done."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from promptctl.adapters import repeats
from promptctl.adapters.repeats import Repeats
from promptctl.errors import OutsideError

ASKED = ("token", "key", "digest", "2026-11-22T00:00:00Z", "2027-11-22T00:00:00Z")


def test_a_broken_file_stops_writes_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "repeats.sqlite3"
    path.write_bytes(b"no database" * 100)
    for _ in range(2):
        with pytest.raises(OutsideError, match="cannot be looked up") as found:
            Repeats({}, path).begin(*ASKED)
        assert found.value.hint == f"look after {path}"
    assert [it.name for it in tmp_path.iterdir()] == [path.name]


def test_what_is_begun_is_on_the_disk_before_it_is_done() -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("PRAGMA synchronous = NORMAL")
    repeats._prepare(connection)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)


def test_a_write_does_not_look_at_all_that_was_written() -> None:
    connection = sqlite3.connect(":memory:")
    repeats._prepare(connection)
    (plan,) = connection.execute(f"EXPLAIN QUERY PLAN {repeats.EXPIRED}", ("2026",)).fetchall()
    assert plan[3].startswith("SEARCH repeats USING INDEX repeats_expires")

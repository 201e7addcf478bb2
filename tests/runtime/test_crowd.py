"""One store of events and one cache among many processes, some of them killed: all that was confirmed is there."""

from __future__ import annotations

import json
import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.services import Redis


def crowd(folder: Path, store: str, cache: str, workers: int, kills: int, *more: str) -> dict[str, Any]:
    """What became of a scene; none of it may be lost, torn, wrong or late."""
    seed = random.randrange(10**6)
    line = [sys.executable, "-m", "tests.runtime.crowd", folder, store, cache, workers, kills, seed, *more]
    done = subprocess.run([*map(str, line)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    print(f"\n{workers} processes: {found}")
    assert [found[name] for name in ("lost", "twice", "torn", "wrong")] == [0, 0, 0, []], (seed, found)
    assert found["kills"] == kills + workers
    assert found["kept"] >= found["confirmed"] > 7 * kills
    assert found["pruned"] > 0
    return found


def require_sound(file: Path) -> None:
    """Insists that a database is whole, and that none was set aside."""
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert list(file.parent.glob("*.broken-*")) == []


def test_four_processes_share_a_store_and_a_cache(tmp_path: Path) -> None:
    crowd(tmp_path, f"sqlite:{tmp_path}/events.sqlite3", "sqlite", 4, 6)
    require_sound(tmp_path / "events.sqlite3")
    require_sound(tmp_path / "replies-v1.sqlite3")


@pytest.mark.long
@pytest.mark.timeout(900)
def test_sixteen_processes_share_a_store_and_a_cache(tmp_path: Path) -> None:
    found = crowd(tmp_path, f"sqlite:{tmp_path}/events.sqlite3", "sqlite", 16, 160, "commands")
    require_sound(tmp_path / "events.sqlite3")
    require_sound(tmp_path / "replies-v1.sqlite3")
    assert len(found["beside"]) == 1, found["beside"]


@pytest.mark.long
@pytest.mark.services
@pytest.mark.timeout(900)
def test_sixteen_processes_share_a_redis(tmp_path: Path, redis: Redis) -> None:
    crowd(tmp_path, f"sqlite:{tmp_path}/events.sqlite3", redis.url, 16, 160)
    require_sound(tmp_path / "events.sqlite3")


@pytest.mark.long
@pytest.mark.services
@pytest.mark.timeout(900)
def test_sixteen_processes_fill_one_postgresql(tmp_path: Path, postgres: str) -> None:
    """Applications do not write there; imports do, as many at once as there are machines."""
    found = crowd(tmp_path, postgres, "sqlite", 16, 160, "commands")
    assert len(found["beside"]) == 1, found["beside"]

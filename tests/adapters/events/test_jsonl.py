"""Events as lines: whole batches, no half lines, files by day and size."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from promptctl.adapters.events import open_store
from promptctl.adapters.events.jsonl import JsonlEvents, delete_days, event_files
from promptctl.core.events.event import Batch, Drop, row
from promptctl.core.events.settings import parse_store
from promptctl.core.events.spelling import event_from_dict
from promptctl.errors import OutsideError
from tests.event_samples import event, score

WRITERS = """
import os, sys
from pathlib import Path
from promptctl.adapters.events.jsonl import JsonlEvents
from promptctl.core.events.event import Batch, row
from tests.event_samples import event
store = JsonlEvents(Path(sys.argv[1]), most_bytes=100_000)
children = []
for writer in range(4):
    if not (child := os.fork()):
        for first in range(writer * 200, writer * 200 + 200, 20):
            store.write(Batch(events=[row(event(number)) for number in range(first, first + 20)]))
        os._exit(0)
    children.append(child)
sys.exit(sum(os.waitpid(child, 0)[1] for child in children))
"""
FULL = """
import resource, signal, sys
from pathlib import Path
from promptctl.adapters.events.jsonl import JsonlEvents
from promptctl.core.events.event import Batch, row
from promptctl.errors import OutsideError
from tests.event_samples import event
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = JsonlEvents(Path(sys.argv[1]))
batch = Batch(events=[row(event(number)) for number in range(20)])
resource.setrlimit(resource.RLIMIT_FSIZE, (3_000, resource.RLIM_INFINITY))
try:
    store.write(batch)
except OutsideError as error:
    print(error.code, sum(path.stat().st_size for path in Path(sys.argv[1]).glob("*.jsonl")))
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
store.write(batch)
"""


def lines(folder: Path, table: str = "events") -> list[dict[str, Any]]:
    return [json.loads(line) for path in event_files(folder, table) for line in path.read_text().splitlines()]


def noon() -> datetime:
    return datetime(2026, 1, 2, 12, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "calls"


def test_a_batch_is_lines_of_three_files_for_this_user_alone(folder: Path) -> None:
    call = event(1, attributes={"region": "eu"}, cost=None)
    drop = row(Drop(process="p", at=5, count=2))
    store = JsonlEvents(folder, now=noon)
    assert store.write(Batch(events=[row(call)], scores=[row(score())], drops=[drop])) == 0
    store.close()
    assert sorted(path.name for path in folder.glob("*.jsonl")) == [
        f"{table}-2026-01-02.jsonl" for table in ("drops", "events", "scores")
    ]
    assert [event_from_dict(line) for line in lines(folder)] == [call]
    assert "cost" not in lines(folder)[0]
    assert lines(folder, "drops") == [{"process": "p", "at": 5, "count": 2}]
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_a_line_that_was_left_half_is_taken_off(folder: Path) -> None:
    store = JsonlEvents(folder, now=noon)
    store.write(Batch(events=[row(event(1))]))
    (path,) = event_files(folder, "events")
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"id":"01' + b"x" * 100_000)
    store.write(Batch(events=[row(event(2))]))
    assert [line["id"] for line in lines(folder)] == [event(1).id, event(2).id]
    path.write_bytes(b"x" * 10)
    store.write(Batch(events=[row(event(3))]))
    assert [line["id"] for line in lines(folder)] == [event(3).id]


def test_a_batch_that_is_asked_for_again_does_not_stand_twice(folder: Path) -> None:
    (folder / "scores-2026-01-02.jsonl").mkdir(parents=True)
    store = JsonlEvents(folder, now=noon)
    batch = Batch(events=[row(event(1))], scores=[row(score())])
    for _ in range(2):
        with pytest.raises(OutsideError) as caught:
            store.write(batch)
        assert caught.value.code == "PC222"
    (folder / "scores-2026-01-02.jsonl").rmdir()
    store.write(batch)
    assert (len(lines(folder)), len(lines(folder, "scores"))) == (1, 1)


def test_files_go_on_in_another_by_size_and_day_and_old_days_are_deleted(folder: Path) -> None:
    days = [datetime(2026, 1, day, tzinfo=UTC) for day in (2, 2, 2, 3)]
    for number, day in enumerate(days):
        JsonlEvents(folder, now=lambda day=day: day, most_bytes=10).write(Batch(events=[row(event(number))]))  # type: ignore[misc]
    names = ["2026-01-02", "2026-01-02-2", "2026-01-02-3", "2026-01-03"]
    assert [path.name for path in event_files(folder, "events")] == [f"events-{name}.jsonl" for name in names]
    (folder / "notes.jsonl").write_text("mine")
    assert delete_days(folder, datetime(2026, 1, 3, 5, tzinfo=UTC))[0] == 3
    assert sorted(path.name for path in folder.glob("*.jsonl")) == ["events-2026-01-03.jsonl", "notes.jsonl"]


def test_many_processes_write_whole_lines(folder: Path) -> None:
    assert subprocess.run([sys.executable, "-c", WRITERS, str(folder)], check=False).returncode == 0
    assert sorted(line["id"] for line in lines(folder)) == [event(number).id for number in range(800)]
    assert len(event_files(folder, "events")) > 1


def test_a_full_disk_leaves_no_half_batch(folder: Path) -> None:
    done = subprocess.run([sys.executable, "-c", FULL, str(folder)], capture_output=True, text=True, check=True)
    assert done.stdout == "PC222 0\n"
    assert len(lines(folder)) == 20


def test_a_folder_that_is_a_file_and_a_link_are_refused(folder: Path, tmp_path: Path) -> None:
    folder.write_text("x")
    with pytest.raises(OutsideError):
        open_store(parse_store("jsonl:calls"), {}, tmp_path).write(Batch(events=[row(event())]))
    folder.unlink()
    folder.mkdir()
    (folder / "events-2026-01-02.jsonl").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OutsideError):
        JsonlEvents(folder, now=noon).write(Batch(events=[row(event())]))

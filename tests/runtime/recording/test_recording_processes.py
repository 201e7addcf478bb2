"""Recorders in processes that fork, end, or have no room on the disk: what they counted is in the store."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.runtime.recording.recorders import counted, script


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events" / "events.sqlite3"


FORKED = """
import os
events = recorder(Path(sys.argv[1]))
for number in range(100):
    events.record(event(number))
child = os.fork()
first = 1000 if child == 0 else 100
for number in range(first, first + 100):
    events.record(event(number))
assert events.flush(60), events.failure
print(f"{events.counts().recorded} {events.counts().dropped}\\n", end="", flush=True)
if child == 0:
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
"""


def test_after_a_fork_parent_and_child_each_write_their_own(path: Path) -> None:
    assert sorted(script(FORKED, path).split("\n")) == ["", "100 0", "200 0"]
    assert counted(path) == (300, 0)


LET_GO = """
import os
from promptctl.runtime.recording.recorder import _orphans
events = recorder(Path(sys.argv[1]))
events.record(event(1))
assert events.flush(60), events.failure
child = os.fork()
if child == 0:
    del events
    os._exit(len(_orphans))
assert os.waitpid(child, 0)[1] == 0
"""


def test_a_child_that_lets_go_of_its_parents_recorder_waits_for_nobody(path: Path) -> None:
    script(LET_GO, path)
    assert counted(path) == (1, 0)


FORKS = """
import os
events, children = recorder(Path(sys.argv[1])), []
for turn in range(20):
    for number in range(turn * 60, turn * 60 + 60):
        events.record(event(number))
    child = os.fork()
    if child == 0:
        events.record(event(10_000 + turn))
        os._exit(0 if events.flush(60) else 1)
    children.append(child)
assert [os.waitpid(child, 0)[1] for child in children] == [0] * 20
"""


def test_a_fork_never_cuts_a_write_in_two(path: Path) -> None:
    script(FORKS, path)
    assert counted(path) == (1220, 0)


ENDS = {
    "the process ends": "events.record(event(1))",
    "a child ends": """
import multiprocessing
def call(number):
    events.record(event(number))
processes = [multiprocessing.get_context("fork").Process(target=call, args=(number,)) for number in range(1)]
for process in processes: process.start()
for process in processes: process.join()
""",
    "the store was locked at first": """
import sqlite3, threading
path = Path(sys.argv[1])
path.parent.mkdir()
other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
other.execute("BEGIN IMMEDIATE")
events.record(event(1))
assert not events.flush(0.01)
threading.Timer(0.05, lambda: other.execute("ROLLBACK")).start()
""",
}


@pytest.mark.parametrize("end", ENDS)
def test_what_waits_at_the_end_is_written(path: Path, end: str) -> None:
    script(f"events = recorder(Path(sys.argv[1]), busy_seconds=0.01)\n{ENDS[end]}", path)
    assert counted(path) == (1, 0)


LAST_WORD = """
import atexit
from promptctl.runtime.recording.recorder import _flush_all
events = recorder(Path(sys.argv[1]))
events.record(event(1))
atexit.unregister(_flush_all)
atexit.register(lambda: events.record(event(2)))
atexit.register(_flush_all)
"""


def test_what_an_application_says_after_the_end_is_written(path: Path) -> None:
    """Its own functions at exit come after ours where they were registered first."""
    script(LAST_WORD, path)
    assert counted(path) == (2, 0)


FULL = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
events = recorder(Path(sys.argv[1]), limit=200)
events.record(event(0))
assert events.flush(60)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
number = 0
while events.failure is None or not events.counts().dropped:
    number += 1
    events.record(event(number, inputs={"text": "x" * 500}))
    if number % 250 == 0: events.flush(0.02)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
assert events.flush(60), events.failure
assert events.counts().waiting == 0
print(number + 1, events.counts().written, events.counts().dropped)
"""


def test_a_full_disk_costs_only_what_did_not_fit_and_says_how_much(path: Path) -> None:
    recorded, written, dropped = map(int, script(FULL, path).split())
    assert written + dropped == recorded
    assert counted(path) == (written, dropped)


SIGNALLED = """
import signal
events = recorder(Path(sys.argv[1]), limit=10**6)
seen = 0

def handler(number, frame):
    global seen
    seen += 1
    events.record(event(100_000 + seen))

signal.signal(signal.SIGALRM, handler)
signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
for number in range(10_000):
    events.record(event(number))
signal.setitimer(signal.ITIMER_REAL, 0)
assert events.flush(60), events.failure
print(events.counts().recorded - seen, events.counts().written - seen)
"""


def test_signal_handlers_may_record_too(path: Path) -> None:
    assert script(SIGNALLED, path) == "10000 10000\n"

"""Writers that are killed at any moment, many at once: what was confirmed is there, and the file is sound."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.runtime.recording.recorders import counted, script

KILLED = """
import os, random, signal
path, kills, writers, rows, seed = Path(sys.argv[1]), *map(int, sys.argv[2:])
chance = random.Random(seed)

def write(first, confirmed):
    events = recorder(path)
    number = first
    while number < first + rows:
        for number in range(number, number + 7):
            events.record(event(number))
        number += 1
        if events.flush(60):
            os.write(confirmed, b"%d\\n" % number)
    os._exit(0)

def begin(first):
    ours, theirs = os.pipe()
    child = os.fork()
    if not child:
        os.close(ours)
        write(first, theirs)
    os.close(theirs)
    return child, open(ours, "rb"), first

confirmed, serial = [], 0
while serial < kills:
    running = [begin((serial + index) * 100_000) for index in range(writers)]
    serial += writers
    for child, acknowledged, first in running:
        last = first
        for _ in range(chance.randrange(1, 6)):
            last = int(acknowledged.readline() or last)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        for line in acknowledged.readlines():
            last = int(line)
        confirmed.append((first, last))
        acknowledged.close()
import sqlite3
kept = {name for (name,) in sqlite3.connect(path).execute('SELECT "id" FROM events')}
lost = [number for first, last in confirmed for number in range(first, last) if event(number).id not in kept]
print(len(confirmed), sum(last - first for first, last in confirmed), len(lost))
"""
MANY = """
import os
path, writers, rows = Path(sys.argv[1]), *map(int, sys.argv[2:])
children = []
for writer in range(writers):
    child = os.fork()
    if not child:
        events = recorder(path, limit=rows)
        for number in range(writer * rows, writer * rows + rows):
            events.record(event(number))
        assert events.flush(60), events.failure
        assert events.counts().dropped == 0, events.counts()
        os._exit(0)
    children.append(child)
assert [os.waitpid(child, 0)[1] for child in children] == [0] * writers
"""
PRUNED = """
import os
from promptctl.adapters.events.sqlite import SqliteEvents
path, writers, rows = Path(sys.argv[1]), *map(int, sys.argv[2:])
old = SqliteEvents(path)
children = []
for writer in range(writers):
    child = os.fork()
    if not child:
        events = recorder(path, limit=3 * rows)
        for number in range(writer * rows, writer * rows + rows):
            events.record(event(number))
            events.record(event(number + 1_000_000, at=number))
        assert events.flush(60), events.failure
        assert events.counts().dropped == 0, events.counts()
        os._exit(0)
    children.append(child)
pruned = 0
while children:
    pruned += old.prune(1_000_000_000).rows
    child, status = os.waitpid(children[0], os.WNOHANG)
    assert status == 0
    if child:
        children.pop(0)
pruned += old.prune(1_000_000_000).rows
print(pruned)
"""


def kill(path: Path, kills: int, writers: int) -> None:
    seed = random.randrange(10**6)
    killed, acknowledged, lost = map(int, script(KILLED, path, kills, writers, 10_000, seed).split())
    assert (killed, lost) == (kills, 0), seed
    assert acknowledged >= kills
    assert counted(path)[0] >= acknowledged


def test_no_confirmed_event_is_lost_to_a_kill(tmp_path: Path) -> None:
    kill(tmp_path / "events.sqlite3", 12, 4)


@pytest.mark.long
def test_no_confirmed_event_is_lost_to_many_kills(tmp_path: Path) -> None:
    kill(tmp_path / "events.sqlite3", 240, 8)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_eight_processes_lose_nothing_of_very_many(tmp_path: Path) -> None:
    script(MANY, tmp_path / "events.sqlite3", 8, 10_000)
    assert counted(tmp_path / "events.sqlite3") == (80_000, 0)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_pruning_loses_nothing_of_what_is_written_meanwhile(tmp_path: Path) -> None:
    assert int(script(PRUNED, tmp_path / "events.sqlite3", 4, 5_000)) == 20_000
    assert counted(tmp_path / "events.sqlite3") == (20_000, 0)

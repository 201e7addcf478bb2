"""Rows on events: what recording one takes of the caller's thread, and how many a second eight processes bring in."""

from __future__ import annotations

import os
import resource
import sqlite3
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from statistics import median

from benchmarks.row import Measured, Row
from promptctl.core.events.event import Event
from promptctl.runtime.recording import Recorder, new_id, open_recorder

_EVENTS, _BUDGET_MS = 5_000, 10.0
"""The budget is for 1,000 events."""

_WRITERS, _EACH, _PER_SECOND = 8, 5_000, 20_000


def made(number: int) -> Event:
    """A call as applications record it."""
    return Event(
        id=new_id(),
        at=time.time_ns() // 1000,
        prompt="support/triage",
        version="1.2.0",
        digest="sha256:" + "ab" * 32,
        environment="prod",
        reason="pointer",
        unit=f"customer-{number % 1000}",
        trace=f"request-{number}",
        endpoint="/tickets",
        model="gpt-4.1",
        provider="openai",
        host="api.openai.com",
        status="ok",
        latency_ms=812.5,
        input_tokens=410,
        output_tokens=12,
        cost=916_000_000,
        cache="miss",
        attempts=1,
        attributes={"region": "eu"},
        rendered="sha256:" + f"{number:064x}",
    )


def opened(folder: Path) -> Recorder:
    """A recorder with the settings that apps have without any."""
    return open_recorder({}, {"PROMPTCTL_DATA_DIR": str(folder)}, folder)


def _record(rounds: int) -> Measured:
    recorded, whole, bare = [], [], []
    with tempfile.TemporaryDirectory() as name:
        events = opened(Path(name))
        for _ in range(rounds):
            calls = [made(number) for number in range(_EVENTS)]
            recorded.append(_each(map(events.record, calls)))
            events.flush(60)
            whole.append(_each(map(events.record, map(made, range(_EVENTS)))))
            events.flush(60)
            queue: deque[Event] = deque(maxlen=_EVENTS)
            bare.append(_each(map(queue.append, calls)))
        dropped = events.counts().dropped
        events.close()
    details = {"with making the event": median(whole), "bare deque append": median(bare), "dropped": dropped}
    return Measured(ours=median(recorded), reference=_BUDGET_MS, details=details)


def _each(work: Iterable[None]) -> float:
    """Milliseconds that 1,000 steps take."""
    started = time.perf_counter()
    deque(work, maxlen=0)
    return (time.perf_counter() - started) * 1_000_000 / _EVENTS


def _sustained(rounds: int) -> Measured:
    before = _processor_ms()
    times = [_eight() for _ in range(rounds)]
    needed = _WRITERS * _EACH / _PER_SECOND * 1000
    details = {"events": _WRITERS * _EACH, "lost": 0, "processor": (_processor_ms() - before) / rounds}
    return Measured(ours=median(times), reference=needed, details=details)


def _processor_ms() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (used.ru_utime + used.ru_stime) * 1000


def _eight() -> float:
    """Milliseconds until a store has what eight processes record as fast as they can, each waiting for itself only
    where its queue is half full. Raises AssertionError when an event is lost."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sys.stdout.flush()
        started = time.perf_counter()
        children = [child for writer in range(_WRITERS) if (child := _forked(folder, writer))]
        assert [os.waitpid(child, 0)[1] for child in children] == [0] * _WRITERS
        taken = (time.perf_counter() - started) * 1000
        with closing(sqlite3.connect(folder / "events" / "events.sqlite3")) as connection:
            assert connection.execute("SELECT count(*) FROM events").fetchone() == (_WRITERS * _EACH,)
        return taken


def _forked(folder: Path, writer: int) -> int:
    child = os.fork()
    if child == 0:
        try:
            events = opened(folder)
            for number in range(_EACH):
                events.record(made(writer * _EACH + number))
                while number % 1000 == 0 and events.counts().waiting > 10_000:
                    time.sleep(0.001)
            done = events.flush(60) and not events.counts().dropped
        finally:
            os._exit(0 if done else 1)
    return child


ROWS = (
    Row(
        key="record",
        group="runtime",
        title="1,000 events recorded, on the caller's thread",
        target="<= 10 us each",
        limit=1.0,
        measure=_record,
    ),
    Row(
        key="sustained-events",
        group="runtime",
        title="events of 8 processes into one SQLite file, 0 lost",
        target=">= 20,000 a second",
        limit=1.0,
        measure=_sustained,
        rounds=5,
    ),
)

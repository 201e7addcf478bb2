"""Curves of suites, of stores of events, and of what runs at the same time."""

from __future__ import annotations

import os
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

from benchmarks.evals import _forget as forget_answers
from benchmarks.evals import _registry as asking
from benchmarks.evals import make_suite
from benchmarks.fast_import import HOME
from benchmarks.growth.curve import Axis, Curve
from benchmarks.growth.registries import processor
from benchmarks.recording import made, opened
from benchmarks.references import promptctl
from benchmarks.repositories import NOTHING
from promptctl.adapters.events.sqlite import SqliteEvents
from promptctl.core.events.event import Batch, row

_EVENTS_EACH = 5_000
_CASES = 200
_DELAY = "0.02"


@cache
def _suite(cases: int) -> Path:
    """A registry with one prompt and a suite of so many cases, which nobody has to be asked for."""
    folder = HOME / "grown-suites" / str(cases)
    make_suite(folder, "echo:echo", cases)
    return folder


def _judged(words: str, *, anew: bool) -> Curve:
    """A command over a suite whose answers are there, or are made ``anew``."""

    def cost(cases: int) -> float:
        folder = _suite(cases)
        forget = partial(forget_answers, folder)
        if not anew:
            # Each run adds a sample: what is kept is one of each case.
            processor(promptctl("eval", "triage", "--replies", "live"), folder, forget, 1)
        return processor(promptctl(*words.split()), folder, forget if anew else None, 2 if cases < 5_000 else 1)

    return Curve(title=f"{words}, {'nothing kept' if anew else 'all kept'}", cost=cost, start=lambda: cost(1))


CASES = Axis(
    key="cases",
    title="Cases of a suite, answered at once",
    unit="case",
    sizes=(10, 100, 1_000, 10_000),
    quick=(10, 100, 1_000),
    curves=(
        _judged("eval triage --replies live", anew=True),
        _judged("eval triage", anew=False),
        _judged("eval verify", anew=False),
        _judged("eval show triage", anew=False),
    ),
)


@cache
def _store(count: int) -> Path:
    """A store of so many calls of thirty days, ending now."""
    today = time.strftime("%Y-%m-%d")
    file = HOME / "grown-events" / f"{count}-{today}.sqlite3"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        for other in file.parent.iterdir():
            if today not in other.name:
                other.unlink()
        store, now = SqliteEvents(file), time.time_ns() // 1000
        step = 30 * 86_400_000_000 // count
        call = made(0)
        for first in range(0, count, 10_000):
            numbers = range(first, min(first + 10_000, count))
            calls = (replace(call, id=f"01K{number:023d}", at=now - number * step) for number in numbers)
            store.write(Batch(events=[row(it) for it in calls]))
        store.close()
    return file


def _reported(words: str) -> Curve:
    def cost(count: int) -> float:
        line = promptctl(*words.split(), "--store", f"sqlite:{_store(count)}")
        return processor(line, NOTHING.folder, rounds=2)

    return Curve(title=words, cost=cost, start=lambda: cost(1))


def _spent(work: Callable[[], object]) -> float:
    """Milliseconds of processor time that the children of this process take in ``work``."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000


def _recorded(writers: int, each: int, folder: Path) -> None:
    children = [child for writer in range(writers) if (child := _forked(writer, each, folder))]
    if [os.waitpid(child, 0)[1] for child in children] != [0] * writers:
        raise RuntimeError("events were lost")


def _forked(writer: int, each: int, folder: Path) -> int:
    child = os.fork()
    if child == 0:
        code = 1
        try:
            events = opened(folder)
            for number in range(each):
                events.record(made(writer * each + number))
                while number % 1_000 == 0 and events.counts().waiting > 10_000:
                    time.sleep(0.001)
            code = 0 if events.flush(120) and not events.counts().dropped else 1
        finally:
            os._exit(code)
    return child


def _record(writers: int, each: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        return _spent(lambda: _recorded(writers, each, Path(folder)))


EVENTS = Axis(
    key="events",
    title="Calls in a store, of thirty days",
    unit="call",
    sizes=(1_000, 10_000, 100_000, 1_000_000),
    quick=(1_000, 10_000),
    curves=(
        *(_reported(words) for words in ("costs", "costs whatif --cache 24h", "quality")),
        *(_reported(words) for words in ("feedback list", "events export --since 1h")),
    ),
)
WRITTEN = Axis(
    key="recorded",
    title="Events recorded by one process, until they are stored",
    unit="event",
    sizes=(1_000, 10_000, 100_000),
    quick=(1_000, 10_000),
    curves=(Curve(title="record and store", cost=partial(_record, 1), start=partial(_record, 1, 1)),),
)
PROCESSES = Axis(
    key="processes",
    title=f"Processes that record {_EVENTS_EACH:,} events each into one store",
    unit="process",
    sizes=(1, 2, 4, 8),
    quick=(1, 4),
    curves=(Curve(title="record and store", cost=lambda writers: _record(writers, _EVENTS_EACH)),),
)


def _at_once(calls: int) -> float:
    folder = asking(_CASES, calls, _DELAY)
    return processor(promptctl("eval", "triage"), folder, partial(forget_answers, folder), 2)


AT_ONCE = Axis(
    key="at-once",
    title=f"Calls at once in a run of {_CASES} cases, whose replies take {_DELAY} s",
    unit="call at once",
    sizes=(1, 4, 20, 100),
    quick=(4, 100),
    curves=(Curve(title="eval", cost=_at_once),),
)
AXES = (CASES, EVENTS, WRITTEN, AT_ONCE, PROCESSES)

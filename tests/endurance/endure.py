"""A life in two processes, a parent and the worker that it forked, from the first call until all is closed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from tests.endurance.life import Life, Lived, listening
from tests.endurance.measure import Sample, children, open_files, settle_names

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endured:
    """What one process did, what it held meanwhile, and what went wrong."""

    name: str
    done: Mapping[str, int]
    samples: list[Sample]
    wrong: list[str]


@contextmanager
def surroundings(folder: Path, seed: int, every: float, *, whole: bool) -> Iterator[dict[str, Any]]:
    """Where things are while a process of its own serves and changes them, one step every so many seconds; this
    process may send to all of them."""
    around = folder / "around"
    around.mkdir()
    line = [sys.executable, "-m", "tests.endurance.surroundings", str(around), str(seed), str(every)]
    line += ["whole"] if whole else []
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        said = json.loads(process.stdout.readline())
        allowed = {
            "PROMPTCTL_TRUST": " ".join(said["trust"]),
            "SSL_CERT_FILE": said["authority"],
            "RELAY_KEY": "sk-relay-0123456789",
            "PROMPTCTL_EVENTS": f"sqlite:{folder / 'events.sqlite3'}",
        }
        try:
            with patch.dict(os.environ, allowed):
                yield {**said, "events": str(folder / "events.sqlite3")}
        finally:
            process.stdin.close()


def endure(
    folder: Path,
    *,
    seconds: float,
    every: float,
    rate: float,
    seed: int,
    tell: Tell,
    trace: int = 0,
    whole: bool = True,
) -> Iterator[Endured]:
    """Lives for so many seconds with a sample ``every`` so many; what parent and worker made of it.

    Without ``whole`` there are no repository and no Redis around it.
    """
    with surroundings(folder, seed, min(1.0, every), whole=whole) as places, listening() as said:
        life, kept = Life(places, seed, rate=2 * rate / 3, threads=3), folder / "worker.jsonl"
        before = _held()
        with life.open():
            worker = os.fork()
            if worker == 0:
                _as_worker(places, kept, seed + 1, seconds, every, rate / 3, life, said, tell)
            _live(life, seconds, every, tell, "parent", trace)
            code = os.waitpid(worker, 0)[1]
        life.lived.wrong += [*(f"still there: {name}" for name in _left(before)), *said]
        yield _endured("parent", life.lived)
    found = json.loads(kept.read_text()) if kept.exists() else {"done": {}, "samples": [], "wrong": []}
    worked = Lived(wrong=found["wrong"], samples=[Sample(**it) for it in found["samples"]])
    worked.done.update(found["done"])
    worked.wrong += [f"the worker ended with {code}"] if code else []
    yield _endured("worker", worked)


def _endured(name: str, lived: Lived) -> Endured:
    return Endured(name=name, done=dict(lived.done), samples=lived.samples, wrong=lived.wrong)


def _live(life: Life, seconds: float, every: float, tell: Tell, name: str, trace: int = 0) -> None:
    if trace:
        tracemalloc.start(8)
    first = None
    for number in range(max(1, round(seconds / every))):
        life.run(every)
        if number == 1:
            # What is loaded late is there by now.
            settle_names()
        tell(f"{name} {life.measure()}  wrong {len(life.lived.wrong)}")
        if trace and number == 2:
            first = tracemalloc.take_snapshot()
    if first:
        for line in tracemalloc.take_snapshot().compare_to(first, "traceback")[:trace]:
            tell(f"{line.size_diff:,} bytes in {line.count_diff:,} blocks\n" + "\n".join(line.traceback.format()))


def _as_worker(
    places: Mapping[str, Any],
    kept: Path,
    seed: int,
    seconds: float,
    every: float,
    rate: float,
    life: Life,
    said: list[str],
    tell: Tell,
) -> None:
    """The forked process: it goes on with what its parent opened, and ends here."""
    code = 1
    try:
        mine = Life(places, seed, rate=rate, threads=1)
        mine._open = life._open
        _live(mine, seconds, every, tell, "worker")
        for prompts in life._open.values():
            prompts.close()
        lived = mine.lived
        done = {"done": lived.done, "samples": [it.data() for it in lived.samples], "wrong": [*lived.wrong, *said]}
        kept.write_text(json.dumps(done))
        code = 0
    finally:
        os._exit(code)


def _held() -> tuple[set[threading.Thread], int, int]:
    return set(threading.enumerate()), open_files(), children()


def _left(before: tuple[set[threading.Thread], int, int]) -> Iterator[str]:
    """What was not there before, once all is closed and who is in the middle of something has done it."""
    for thread in set(threading.enumerate()) - before[0]:
        thread.join(10.0)
    threads, files, processes = _held()
    yield from (f"the thread {it.name}" for it in threads - before[0])
    if files > before[1]:
        yield f"{files - before[1]} files: {_open_names()}"
    if processes > before[2]:
        yield f"{processes - before[2]} children"


def _open_names() -> list[str]:
    names = []
    for link in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            names.append(str(link.readlink()))
    return sorted(names)

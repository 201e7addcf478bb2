"""One process that lives with its surroundings: threads that come and go act, and what it holds is measured."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import sys
import threading
import time
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from promptctl import Prompts
from tests.endurance.acts import Acts
from tests.endurance.measure import Sample, sample

_ACTS_OF_A_THREAD = 100


@dataclass
class Lived:
    """What came of a life: how often each act was done, what was wrong, and what was measured."""

    done: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)

    def take(self, acts: Acts) -> None:
        """What the acts of a thread came to until now."""
        for name in list(acts.done):
            self.done[name] += acts.done.pop(name)
        while acts.wrong:
            self.wrong.append(acts.wrong.pop())


class Life:
    """``act`` for so many acts a second, by so many threads, until ``stop``; each ends after a hundred."""

    def __init__(self, places: Mapping[str, Any], seed: int, *, rate: float, threads: int) -> None:
        self.lived, self.begun = Lived(), time.monotonic()
        self._places, self._chances, self._pause = places, Random(seed), threads / rate
        self._stopped = threading.Event()
        self._open: dict[str, Prompts] = {}
        self._threads: dict[threading.Thread, Acts] = {}
        self._most = threads

    @contextmanager
    def open(self) -> Iterator[None]:
        """With the prompts that live as long as the process."""
        with ExitStack() as stack:
            for name, every in (("file", 0.5), ("https", 0.5), ("repository", 4.0)):
                if not self._places[name]:
                    continue
                options = {"source": self._places[name], "refresh_every": every, "patience": 60}
                environment = "staging" if name == "repository" else "prod"
                self._open[name] = stack.enter_context(Prompts(environment, **options))
            yield

    def run(self, seconds: float) -> None:
        """Keeps threads at work for so long; they have ended when it returns."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._replace_the_ended()
            self._stopped.wait(min(0.2, left))
        self._stopped.set()
        for thread in self._threads:
            thread.join(120)
        self._replace_the_ended()
        self._stopped.clear()

    def _replace_the_ended(self) -> None:
        for thread, acts in list(self._threads.items()):
            self.lived.take(acts)
            if not thread.is_alive():
                del self._threads[thread]
        while len(self._threads) < self._most and not self._stopped.is_set():
            acts = Acts(self._places, self._open, Random(self._chances.random()))
            thread = threading.Thread(target=self._work, args=(acts, Random(self._chances.random())), daemon=True)
            self._threads[thread] = acts
            thread.start()

    def _work(self, acts: Acts, chances: Random) -> None:
        for _ in range(_ACTS_OF_A_THREAD):
            if self._stopped.wait(chances.expovariate(1 / self._pause)):
                return
            acts.act()

    def measure(self) -> Sample:
        """Adds a sample to what was lived."""
        folder = Path(os.environ["PROMPTCTL_CACHE_DIR"])
        databases = [*folder.glob("*.sqlite3"), Path(self._places["events"])]
        calls = self.lived.done.total()
        self.lived.samples.append(sample(time.monotonic() - self.begun, calls, self._tasks(), databases))
        return self.lived.samples[-1]

    def _tasks(self) -> int:
        """Tasks in the loops of calls."""
        loops = [it for it in gc.get_objects() if isinstance(it, asyncio.AbstractEventLoop) and it.is_running()]
        return sum(len(asyncio.all_tasks(loop)) for loop in loops)


@contextmanager
def listening() -> Iterator[list[str]]:
    """What is said of this process behind its back: exceptions that nobody can catch, warnings of things left open."""
    said: list[str] = []

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(self.format(record))

    handler, hooks = Handler(), (sys.unraisablehook, threading.excepthook)
    logging.getLogger("asyncio").addHandler(handler)
    sys.unraisablehook = lambda seen: said.append(f"{seen.err_msg or 'ignored'}: {seen.object!r}: {seen.exc_value!r}")
    threading.excepthook = lambda seen: said.append(f"thread {seen.thread}: {seen.exc_value!r}")
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        try:
            yield said
            gc.collect()
        finally:
            logging.getLogger("asyncio").removeHandler(handler)
            sys.unraisablehook, threading.excepthook = hooks

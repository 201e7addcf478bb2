"""Processes that share one store of events and one cache while some are killed, and others prune, export and report.

``python -m tests.runtime.crowd FOLDER STORE CACHE WORKERS KILLS SEED`` says in JSON what became of it. STORE is a store
of events as settings name it, CACHE ``sqlite`` or the URL of a Redis.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from random import Random

from promptctl.adapters.events import EventArchive, open_archive
from promptctl.core.events.event import EVENTS, Event, row
from promptctl.core.events.query import EventQuery
from promptctl.core.events.settings import parse_store
from promptctl.core.models.request import Reply
from promptctl.runtime.caching.caching import Caching
from promptctl.runtime.caching.opening import open_caching
from tests.caching import SCOPE, reply, request
from tests.event_samples import NOON, event
from tests.runtime.recording.recorders import recorder

BATCH, TEXTS, OF_ONE = 7, 40, 1_000_000
"""Rows that are confirmed together; texts that all ask for; numbers that one process may use."""
OLD = 500_000_000
"""Added to the number of a row that is there to be pruned."""
DEADLINE = 30.0


def numbered(number: int) -> Event:
    """A row of which each part tells its number; from ``OLD`` on one that may be pruned."""
    at = number if number >= OLD else NOON + number * 1_000_000
    return event(number, at=at, latency_ms=number / 2, input_tokens=number, attributes={"number": number})


def is_whole(cells: Sequence[object]) -> bool:
    """Whether a row is the one that was written, all of it."""
    said = dict(zip(EVENTS.names, cells, strict=True))
    number = int(str(said["id"])[3:])
    written = numbered(number)
    parts = (said["at"], said["latency_ms"], said["input_tokens"], json.loads(str(said["attributes"])))
    return parts == (written.at, written.latency_ms, written.input_tokens, written.attributes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Who shares what."""

    folder: Path
    store: str
    cache: str
    workers: int
    kills: int
    seed: int

    def archive(self) -> EventArchive:
        """The store, to be read and pruned."""
        return open_archive(parse_store(self.store), {}, self.folder)

    def caching(self) -> Caching:
        """The cache, as an application opens it."""
        named = {name: str(self.folder) for name in ("PROMPTCTL_CACHE_DIR", "PROMPTCTL_DATA_DIR")}
        return open_caching({"mode": "exact"}, environment=named | {"PROMPTCTL_CACHE": self.cache}, providers={})

    def keeping(self) -> Callable[[Sequence[Event]], bool]:
        """What keeps events in the store and says that they are confirmed."""
        if self.store.startswith("sqlite:"):
            events = recorder(Path(self.store.removeprefix("sqlite:")))

            def recorded(rows: Sequence[Event]) -> bool:
                for each in rows:
                    events.record(each)
                return events.flush(DEADLINE)

            return recorded
        archive = self.archive()
        return lambda rows: archive.add(EVENTS, [row(each) for each in rows]) == len(rows)


async def ask(cache: Caching, texts: Sequence[str]) -> str:
    """What is wrong with the answers to these; a model is asked for what is not kept."""

    async def one(text: str) -> str:
        async def model() -> Reply:
            await asyncio.sleep(0.001)
            return reply(f"answer to {text}" * 50)

        found, _ = await cache.answer(request(text), scope=SCOPE, ask=model)
        return "" if found == reply(f"answer to {text}" * 50) else f"{text} was answered {found.text[:40]}"

    async with asyncio.timeout(DEADLINE):
        said = await asyncio.gather(*map(one, texts))
    assert cache.store
    await cache.store.aclose()
    return " ".join(filter(None, said))


def work(scene: Scene, first: int, told: int) -> None:
    """Writes and asks until it is killed; tells what is confirmed, and what is wrong."""
    try:
        keep, cache, chances, number = scene.keeping(), scene.caching(), Random(first), first
        while True:
            batch = range(number, number + BATCH)
            if not keep([*map(numbered, batch), numbered(OLD + number)]):
                raise TimeoutError("no confirmation in time")
            number += BATCH
            os.write(told, b"%d\n" % number)
            texts = [f"text {chances.randrange(TEXTS)}" for _ in range(5)]
            if wrong := asyncio.run(ask(cache, texts)):
                raise ValueError(wrong)
    except BaseException as error:
        os.write(told, f"! {type(error).__name__}: {error}\n".encode()[:2000])
    finally:
        os._exit(1)


@dataclass(slots=True)
class Worker:
    """A process at work, and how far it is confirmed to be."""

    process: int
    told: BufferedReader
    first: int
    confirmed: int
    wrong: str = ""

    def hear(self, line: bytes) -> None:
        """Takes what it tells."""
        if line.startswith(b"!"):
            self.wrong = line.decode().strip()
        elif line.endswith(b"\n"):
            self.confirmed = int(line)


def begun(scene: Scene, number: int) -> Worker:
    """A new process."""
    ours, theirs = os.pipe()
    first = number * OF_ONE
    process = os.fork()
    if process == 0:
        os.close(ours)
        work(scene, first, theirs)
    os.close(theirs)
    return Worker(process, os.fdopen(ours, "rb"), first, first)


def killed(worker: Worker, lines: int) -> Worker:
    """Kills a process once it told so many lines more, and hears what it had told by then."""
    for _ in range(lines):
        worker.hear(worker.told.readline())
    os.kill(worker.process, signal.SIGKILL)
    for line in worker.told.readlines():
        worker.hear(line)
    os.waitpid(worker.process, 0)
    worker.told.close()
    return worker


@contextmanager
def beside(scene: Scene) -> Iterator[list[str]]:
    """Commands that export and report over and over meanwhile; what went wrong with them."""
    folder = scene.folder / "registry"
    folder.mkdir()
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    (folder / "promptctl.toml").write_text("")
    line = [sys.executable, "-m", "tests.runtime.crowd", "beside", str(folder), scene.store]
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        said: list[str] = []
        yield said
        out, _ = process.communicate("end\n")
        said += out.splitlines()


def lived(scene: Scene, *, commands: bool) -> dict[str, object]:
    """Lives the scene, then looks at what is left."""
    chances, number, gone, pruned, slowest = Random(scene.seed), scene.workers, list[Worker](), 0, 0.0
    running = [begun(scene, at) for at in range(scene.workers)]
    archive, said = scene.archive(), list[str]()
    with beside(scene) if commands else _nothing() as told:
        while len(gone) < scene.kills:
            at = chances.randrange(len(running))
            gone.append(killed(running[at], chances.randrange(1, 4)))
            running[at] = begun(scene, number)
            number += 1
            started = time.monotonic()
            pruned += archive.prune(OF_ONE * OF_ONE).rows
            slowest = max(slowest, time.monotonic() - started)
        gone += [killed(worker, 1) for worker in running]
    said += told
    pruned += archive.prune(OF_ONE * OF_ONE).rows
    kept = list(archive.rows(EventQuery()))
    ids = Counter(cells[0] for cells in kept)
    confirmed = [each for worker in gone for each in range(worker.first, worker.confirmed)]
    wrong = asyncio.run(ask(scene.caching(), [f"text {at}" for at in range(TEXTS)]))
    return {
        "kills": len(gone),
        "confirmed": len(confirmed),
        "lost": sum(event(each).id not in ids for each in confirmed),
        "twice": sum(count > 1 for count in ids.values()),
        "torn": sum(not is_whole(cells) for cells in kept),
        "kept": len(kept),
        "pruned": pruned,
        "slowest prune s": round(slowest, 2),
        "wrong": [*(worker.wrong for worker in gone if worker.wrong), *filter(None, [wrong])],
        "beside": said,
    }


@contextmanager
def _nothing() -> Iterator[list[str]]:
    yield []


def command_after_command(folder: Path, store: str) -> None:
    """Exports, counts and reports until the input ends; says how often, and what was wrong."""
    import select

    runs, wrong = 0, list[str]()
    lines = (["events", "export", "--store", store], ["costs", "--store", store], ["quality", "--store", store])
    while not select.select([sys.stdin], [], [], 0)[0]:
        for line in lines:
            command = [sys.executable, "-m", "promptctl", *line, "-C", str(folder)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            runs += 1
            if done.returncode or "Traceback" in done.stderr:
                wrong.append(f"{line[0]}: {done.returncode} {done.stderr.strip()[:300]}")
            if line[0] == "events":
                wrong += [text[:200] for text in done.stdout.splitlines() if not _is_one(text)]
    print("\n".join([f"{runs} runs", *wrong]))


def _is_one(text: str) -> bool:
    said = json.loads(text)
    return bool(said["input_tokens"] == int(said["id"][3:]) and said["latency_ms"] * 2 == said["input_tokens"])


def main() -> None:
    """Lives a scene, or is what runs beside one."""
    if sys.argv[1] == "beside":
        command_after_command(Path(sys.argv[2]), sys.argv[3])
        return
    folder, store, cache, workers, kills, seed = sys.argv[1:7]
    scene = Scene(folder=Path(folder), store=store, cache=cache, workers=int(workers), kills=int(kills), seed=int(seed))
    print(json.dumps(lived(scene, commands=sys.argv[7:] == ["commands"])))


if __name__ == "__main__":
    main()

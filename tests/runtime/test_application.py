"""The example application under load while everything around it fails in turn: ``pytest -m long … -s`` for numbers."""

from __future__ import annotations

import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.runtime.serving import Load, Registry, feedbacks, served
from tests.servers import Handler, ModelServer, answer_well, model_server, reset, status

PAUSE = threading.Event()


def flaky(handler: Handler) -> None:
    """Two of five calls fail, each in another way."""
    number = len(handler.model.received) % 10
    kind: dict[int, Callable[[Handler], None]] = {0: status(503), 3: reset, 6: status(500)}
    kind[8] = status(429, headers={"Retry-After": "0"})
    kind.get(number, answer_well)(handler)


def after(load: Load, calls: int) -> None:
    """Waits until so many more requests were answered, well or not."""
    until = load.total() + calls
    while load.total() < until:
        PAUSE.wait(0.02)


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """A disk of its own with room for little; False where this user may not mount one."""
    folder.mkdir()
    mounted = (
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(folder)], check=False).returncode == 0
    )
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)


def only(load: Load, wanted: tuple[str, str]) -> bool:
    """Whether, once every worker has looked again, all replies are by this version."""
    after(load, 50)
    PAUSE.wait(1.0)
    before = +load.replies
    after(load, 200)
    return set(load.replies - before) == {wanted}


@pytest.mark.long
@pytest.mark.timeout(600)
def test_nothing_that_fails_around_it_makes_a_request_fail(tmp_path: Path) -> None:
    with model_server() as relay, model_server() as other, small_disk(tmp_path / "disk") as mounted:
        registry = Registry(tmp_path, relay.url, other.url)
        first = registry.move("1.0.0")
        events = tmp_path / "disk" / "events.sqlite3"
        environment = {
            "PROMPTCTL_TRUST": registry.trust,
            "RELAY_KEY": "sk-relay-0123456789",
            "PROMPTCTL_EVENTS": f"sqlite:{events}",
            "PROMPTCTL_CACHE_DIR": str(tmp_path / "disk" / "cache"),
        }
        said: dict[str, Any] = {}
        with served(registry.bundle, tmp_path, environment) as (port, counted), Load(port).running() as load:
            after(load, 200)
            assert set(load.replies) == {first}
            said["moves"] = _pointers_move(registry, load)
            said["provider faults"] = _providers_fail(relay, other, load)
            said["seconds locked"] = _store_locks(events, load)
            said["feedback"] = _too_much_waits(events, port)
            said["disk"] = _disk_fills(tmp_path / "disk", load) if mounted else "not tried: nothing may be mounted here"
            _byte_flips(registry, load)
            load._stop.set()
        said |= {"calls": load.total(), "failed": len(load.bad), "slowest s": round(load.slowest, 2)}
        said |= {name: sum(worker[name] for worker in counted) for name in ("recorded", "written", "dropped", "faults")}
        with closing(sqlite3.connect(events)) as database:
            counts = (
                "SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM scores), (SELECT sum(count) FROM drops)"
            )
            (stored,) = database.execute(counts)
        said |= dict(zip(("events stored", "scores stored", "drops stored"), stored, strict=True))
        print("\n" + "\n".join(f"{name}: {value}" for name, value in said.items()))
        assert load.bad == []
        assert set(load.replies) == registry.live
        assert len(counted) == 8
        assert sum(worker["calls"] for worker in counted) == said["calls"]
        assert said["recorded"] == said["calls"] + said["feedback"]
        assert said["written"] + said["dropped"] == said["recorded"]
        assert (said["events stored"] + said["scores stored"], said["drops stored"]) == (
            said["written"],
            said["dropped"],
        )
        assert said["dropped"] > 0


def _pointers_move(registry: Registry, load: Load) -> int:
    for version in ("1.1.0", "1.2.0", "1.0.0", "1.1.0"):
        assert only(load, registry.move(version)), (version, load.replies)
    return 4


def _providers_fail(relay: ModelServer, other: ModelServer, load: Load) -> int:
    """One of two fails often, then for every call; then it comes back."""
    before = len(relay.received)
    relay.always = flaky
    after(load, 300)
    relay.always = status(503)
    after(load, 300)
    relay.always = None
    after(load, 200)
    assert other.received
    return len(relay.received) - before


def _store_locks(events: Path, load: Load) -> float:
    with closing(sqlite3.connect(events, isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        after(load, 300)
        PAUSE.wait(3.0)
        database.execute("ROLLBACK")
    return 3.0


def _too_much_waits(events: Path, port: int) -> int:
    """More than may wait comes to one worker while nothing can be written: the rest is counted."""
    with closing(sqlite3.connect(events, isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        said = feedbacks(port, 3_000)
        database.execute("ROLLBACK")
    return said


def _disk_fills(disk: Path, load: Load) -> str:
    filler = disk / "filler"
    with suppress(OSError), filler.open("wb") as file:
        while True:
            file.write(b"x" * 4096)
            file.flush()
    after(load, 400)
    PAUSE.wait(2.0)
    filler.unlink()
    after(load, 100)
    return "filled"


def _byte_flips(registry: Registry, load: Load) -> None:
    data, wanted = registry.bundle.read_bytes(), registry.move("1.2.0")
    assert only(load, wanted)
    data = registry.bundle.read_bytes()
    place = data.index(b"three")
    beside = registry.bundle.with_suffix(".flipped")
    beside.write_bytes(data[:place] + b"T" + data[place + 1 :])
    beside.replace(registry.bundle)
    assert only(load, wanted)
    registry.bundle.unlink()
    assert only(load, wanted)

"""Nothing is left of what was closed, of what nobody has any more, and of settings that another bundle replaced."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from promptctl import Prompts
from promptctl.core.moves.bundle import Bundle
from promptctl.runtime.loop import LoopThread
from tests.endurance.measure import open_files
from tests.runtime.calling import allow, calling_bundle
from tests.runtime.prompting import prompts_of, written
from tests.runtime.recording.recorders import counted, script
from tests.runtime.test_online import LOUD, expecting
from tests.runtime.test_shadows import BELOW, PROMPTS, SHARES, shadowed
from tests.servers import ModelServer, model_server

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="looks at files as Linux shows them")
KINDS = {"promptctl-calls", "promptctl-events", "promptctl-scoring"}


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    with model_server() as found:
        yield found


@contextmanager
def ending() -> Iterator[None]:
    """Within, each kind of thread begins; all of them end by themselves, and no file stays open."""
    before, files = set(threading.enumerate()), open_files()
    yield
    begun = [thread for thread in threading.enumerate() if thread not in before]
    gc.collect()
    for thread in begun:
        thread.join(10)
    assert [thread.name for thread in begun if thread.is_alive()] == []
    assert open_files() <= files


def bundle(server: ModelServer, turn: int = 0) -> Bundle:
    """Everything that begins a thread or holds a connection; each ``turn`` has settings of its own."""
    settings = {"quality": {"sample": 1}, "cache": {"mode": "force", "ttl": f"{turn + 1}m"}}
    settings["events"] = {"units": ("plain", "hashed")[turn % 2]}
    made = calling_bundle(server.url, prompts=PROMPTS, splits={"answer": SHARES}, settings=settings, serial=turn + 1)
    return expecting(LOUD)(shadowed()(made))


def asked(prompts: Prompts, text: str = "x") -> None:
    """One call, with its shadow and its score."""
    assert prompts.call(prompts.get("answer", unit=BELOW), text=text).complete().text.endswith(text.upper())
    assert {thread.name for thread in threading.enumerate()} >= KINDS


@pytest.mark.parametrize("closed", [True, False])
def test_threads_and_files_end(
    server: ModelServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, closed: bool
) -> None:
    made = bundle(server)
    events = allow(made, tmp_path, monkeypatch)
    with ending():
        prompts = prompts_of(written(tmp_path, made))
        asked(prompts)
        if closed:
            prompts.close()
        del prompts
    # Of the call, and of its shadow where that came to its end.
    assert counted(events)[0] in ((2,) if closed else (1, 2))


def test_settings_that_are_replaced_leave_nothing(
    server: ModelServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(bundle(server), tmp_path, monkeypatch)
    with ending(), prompts_of(written(tmp_path, bundle(server))) as prompts:
        writers = []
        for turn in range(6):
            written(tmp_path, bundle(server, turn))
            assert prompts.refresh().ok
            asked(prompts, f"text {turn}")
            assert prompts._calls
            assert prompts._calls._means
            assert prompts._calls._means.recorder
            writers.append(prompts._calls._means.recorder._thread)
        for thread in writers[:-1]:
            assert thread
            thread.join(10)
        assert [thread.is_alive() for thread in writers if thread] == [False] * 5 + [True]


def test_closing_closes_what_somebody_has_of_replaced_settings(
    server: ModelServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The traceback of a call that failed, for one, holds what it was made with."""
    allow(bundle(server), tmp_path, monkeypatch)
    held: list[Any] = []
    with ending():
        with prompts_of(written(tmp_path, bundle(server))) as prompts:
            for turn in range(3):
                written(tmp_path, bundle(server, turn))
                assert prompts.refresh().ok
                asked(prompts, f"text {turn}")
                assert prompts._calls
                means = prompts._calls._means
                assert means
                held += [means.gateway, means.shadows._gateway]
        del prompts, means
    assert len(held) == 6


def test_an_error_is_not_kept_by_what_raised_it() -> None:
    loop = LoopThread()

    class Fault(Exception):
        """One that can be looked for."""

    async def fails() -> None:
        raise Fault

    gc.collect()
    gc.disable()
    try:
        with pytest.raises(Fault) as caught:
            loop.wait(fails())
        error = weakref.ref(caught.value)
        del caught
        assert error() is None
    finally:
        gc.enable()
        loop.stop()


def test_what_a_forsaken_recorder_has_is_written_before_the_end(tmp_path: Path) -> None:
    script("recorder(Path(sys.argv[1])).record(event(1))", tmp_path / "events.sqlite3")
    assert counted(tmp_path / "events.sqlite3") == (1, 0)


class Left:
    """Something open, whose closing is waited for."""

    def __init__(self) -> None:
        self.closed = threading.Event()

    async def aclose(self) -> None:
        await asyncio.sleep(0)
        self.closed.set()


def test_a_loop_ends_once_all_that_was_begun_is_done() -> None:
    loop, release = LoopThread(), threading.Event()

    async def late() -> str:
        await asyncio.to_thread(release.wait)
        return "done"

    future = loop.submit(late())
    loop.stop(timeout=0)
    assert loop.wait(asyncio.sleep(0, "another")) == "another"
    release.set()
    assert future.result(10) == "done"
    loop.stop()


def test_a_loop_closes_what_an_owner_leaves() -> None:
    loop, left, idle = LoopThread(), Left(), Left()

    class Owner:
        """Whoever has it."""

    owners: list[Any] = [Owner(), Owner()]
    loop.closes(idle, owners[0])
    del owners[0]
    assert not idle.closed.is_set()
    loop.wait(asyncio.sleep(0))
    loop.closes(left, owners[0])
    del owners[0]
    assert left.closed.wait(10)
    loop.stop()

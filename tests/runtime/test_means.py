"""What an application cannot have is said as long as that is so."""

from __future__ import annotations

import asyncio
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from promptctl import Prompts
from promptctl.runtime.means import _called_off
from promptctl.runtime.underway import Underway
from tests.runtime.calling import calling_bundle
from tests.runtime.prompting import prompts_of, written

SENT = {"events": {"store": "otlp:http://127.0.0.1:9"}, "cache": {"mode": "exact", "store": "redis://127.0.0.1:9/0"}}


def test_notes_stay_when_other_settings_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PROMPTCTL_EVENTS", raising=False)
    path = written(tmp_path, calling_bundle("http://127.0.0.1:9", settings=SENT))
    with prompts_of(path) as prompts:
        for serial, sample in enumerate((0.1, 0.2, 0.3), 5):
            settings = {**SENT, "quality": {"sample": sample}}
            written(tmp_path, calling_bundle("http://127.0.0.1:9", settings=settings, serial=serial))
            assert prompts.refresh().ok
            prompts.call(prompts.get("answer"), text="x")
            redis, receiver = prompts.status().notes
            assert "Redis at 127.0.0.1:9" in redis
            assert "events would go to otlp:http://127.0.0.1:9" in receiver


def test_a_call_that_comes_in_the_moment_of_closing_has_an_end() -> None:
    """Else whoever reads its pieces waits for ever: nothing of it would have run."""
    seen: list[str] = []

    async def call() -> None:
        seen.append("begun")
        try:
            await asyncio.Event().wait()
        finally:
            seen.append("ended")

    loop, underway = asyncio.new_event_loop(), Underway()
    underway.begin("1", lambda: seen.append("recorded"))
    closing, late = loop.create_task(_called_off(underway)), loop.create_task(call())
    loop.run_until_complete(closing)
    assert (seen, late.cancelled()) == (["begun", "recorded", "ended"], True)
    loop.close()


def test_threads_that_call_first_have_the_same_means(tmp_path: Path) -> None:
    """Of two, closing would see one alone."""
    path, interval = written(tmp_path, calling_bundle("http://127.0.0.1:9")), sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(100):
            prompts, barrier = prompts_of(path), threading.Barrier(4)

            def first(prompts: Prompts, barrier: threading.Barrier) -> object:
                barrier.wait()
                return prompts._workshop()

            with ThreadPoolExecutor(4) as pool:
                made = [pool.submit(first, prompts, barrier) for _ in range(4)]
                assert len({id(it.result()) for it in made}) == 1
    finally:
        sys.setswitchinterval(interval)

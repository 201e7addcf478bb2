"""Calls that are under way when their process ends, forks or closes: each leaves one event, and hangs nowhere."""

from __future__ import annotations

import asyncio
import gc
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from promptctl import PromptctlError, StateError
from tests.runtime.calling import Application, application
from tests.runtime.forking import in_child
from tests.servers import openai_events, silence, stream

BEGUN = stream(openai_events("Hello")[:1], then=silence)
"""A stream whose first piece comes, and nothing else."""


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    with application(tmp_path, monkeypatch) as found:
        found.server.always = BEGUN
        yield found


HEAD = """
import multiprocessing, os, sys, threading
from promptctl import Prompts

prompts = Prompts("prod", source=sys.argv[1], refresh_every=0)

def begin():
    pieces = prompts.call(prompts.get("answer"), text="x").stream()
    assert next(pieces) == "Hell"
    return pieces
"""
ENDS = {
    "a stream": "pieces = begin()",
    "a call of a client": """
call = prompts.own_call(prompts.get("answer"))
call.__enter__()
""",
    "in another thread": """
begun, forever = threading.Event(), threading.Event()
def work():
    pieces = begin()
    begun.set()
    forever.wait()
threading.Thread(target=work, daemon=True).start()
begun.wait()
""",
    "a child of multiprocessing": """
process = multiprocessing.get_context("fork").Process(target=begin)
process.start()
process.join()
""",
    "with a child beside it": """
pieces = begin()
child = os.fork()
if child == 0:
    sys.exit()
assert os.waitpid(child, 0)[1] == 0
""",
}


@pytest.mark.parametrize("end", ENDS)
def test_what_is_under_way_at_the_end_of_a_process_was_cancelled(app: Application, tmp_path: Path, end: str) -> None:
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", HEAD + ENDS[end], str(tmp_path / "prod.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    with closing(sqlite3.connect(tmp_path / "events.sqlite3")) as database:
        rows = database.execute("SELECT status, cost, attempts, first_token_ms IS NULL FROM events").fetchall()
    client = end == "a call of a client"
    assert rows == [("cancelled", None, None, int(client))]


def test_a_call_that_is_under_way_when_it_is_closed_was_cancelled(app: Application) -> None:
    pieces = app.prompts.call(app.prompts.get("answer"), text="x").stream()
    assert next(pieces) == "Hell"
    with app.prompts.own_call(app.prompts.get("answer")):
        app.prompts.close()
    with pytest.raises(StateError) as caught:
        next(pieces)
    assert caught.value.code == "PC186"
    assert [row["status"] for row in app.rows()] == ["cancelled", "cancelled"]


def test_closing_while_others_call_cuts_calls_short_and_does_nothing_else(app: Application) -> None:
    """A loop that ends and the one that begins share no connection, and a socket that is left open would warn."""
    app.server.always = None
    faults: list[BaseException] = []

    def ask() -> None:
        for _ in range(25):
            try:
                app.prompts.call(app.prompts.get("answer"), text="x").complete()
            except BaseException as error:
                faults.append(error)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        app.prompts.close()
    app.prompts.close()
    assert {getattr(fault, "code", repr(fault)) for fault in faults} <= {"PC186"}
    gc.collect()


def test_what_was_closed_may_be_asked_again(app: Application) -> None:
    app.server.always = None
    for _ in range(2):
        assert app.prompts.call(app.prompts.get("answer"), text="x").complete().text == "SAY X"
        app.prompts.close()
    assert [row["status"] for row in app.rows()] == ["ok", "ok"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_stream_is_read_where_it_was_begun(app: Application) -> None:
    pieces = app.prompts.call(app.prompts.get("answer"), text="x").stream()
    assert next(pieces) == "Hell"

    def read_on() -> str:
        try:
            next(pieces)
        except PromptctlError as error:
            return error.code
        return ""

    assert in_child(read_on) == "PC187"
    pieces.close()  # type: ignore[attr-defined]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_stream_of_an_event_loop_too(app: Application) -> None:
    pieces: list[AsyncIterator[str]] = []

    async def begin() -> str:
        pieces.append(app.prompts.call(app.prompts.get("answer"), text="x").astream())
        return await anext(pieces[0])

    async def read_on() -> str:
        with suppress(StopAsyncIteration):
            try:
                await anext(pieces[0])
            except PromptctlError as error:
                return error.code
        return ""

    loop = asyncio.new_event_loop()
    assert loop.run_until_complete(begin()) == "Hell"
    assert in_child(lambda: asyncio.run(read_on())) == "PC187"
    loop.run_until_complete(pieces[0].aclose())  # type: ignore[attr-defined]
    loop.close()


def test_what_nobody_wants_to_keep_is_not_kept(app: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without ``content = true`` no text waits in memory for the store."""
    app.server.always = None
    prompt = app.prompts.get("answer")
    app.prompts.call(prompt, text="first").complete()
    assert app.prompts._calls
    assert app.prompts._calls._means
    recorder = app.prompts._calls._means.recorder
    assert recorder
    seen = []
    put = recorder._put
    monkeypatch.setattr(recorder, "_put", lambda item: (seen.append(item), put(item)))
    app.prompts.call(prompt, text="secret").complete()
    with app.prompts.own_call(prompt, {"text": "secret"}) as call:
        call.answered("secret")
    assert [(event.inputs, event.output) for event in seen] == [(None, None), (None, None)]

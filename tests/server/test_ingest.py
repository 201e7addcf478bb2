"""Events and feedback over HTTP: kept once, cleaned as always, for environments that the token is for."""

from __future__ import annotations

import json
import socket
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from promptctl.core.events.body import MOST_ROWS
from promptctl.core.events.event import Event
from promptctl.errors import OutsideError
from promptctl.server.guard import MOST_BODY
from promptctl.server.writing import MOST_BROUGHT
from promptctl.workflows import feedback as workflow
from tests.event_samples import NOON
from tests.server.test_following import wait_until
from tests.serving import Reply, serving
from tests.shipping import done, line
from tests.writing import World

EVENTS, FEEDBACK = "/api/v1/events", "/api/v1/feedback"
LINES = "application/x-ndjson"
_KEYS = map("k{}".format, count())
SECRET = "sk-" + "a1b2c3d4" * 4


def row(name: str, **fields: Any) -> dict[str, Any]:
    usual = {"id": name, "at": NOON, "prompt": "support/triage", "version": "1.0.0", "status": "ok"}
    return usual | {"environment": "staging"} | fields


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("events")
    repository = line(folder)
    store = f"sqlite:{folder / 'events.db'}"
    with serving(repository.folder, tokens=str(folder / "tokens"), writable=True, store=store) as server:
        yield World(folder, repository, server)


def send(world: World, body: bytes, token: str, kind: str = LINES, path: str = EVENTS, key: str = "") -> Reply:
    headers = {"authorization": f"Bearer {token}", "idempotency_key": key or next(_KEYS), "content_type": kind}
    return world.server.ask(path, "POST", body, **headers)


def kept(world: World) -> dict[str, str]:
    """The events of the store by their ids, each as text."""
    with closing(sqlite3.connect(world.folder / "events.db")) as store:
        store.row_factory = sqlite3.Row
        return {found["id"]: str(tuple(found)) for found in store.execute("SELECT * FROM events")}


def lines(*rows: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(it).encode() + b"\n" for it in rows)


def test_events_are_kept_once_and_cleaned(world: World) -> None:
    token, rows = world.token("events"), [row("a", unit="jane", user="jane", model=SECRET), row("b")]
    first = send(world, lines(*rows), token)
    assert (first.status, first.json["rows"], first.json["added"]) == (200, 2, 2)
    again = send(world, json.dumps([*rows, row("c")]).encode(), token, "application/json")
    assert (again.status, again.json["rows"], again.json["added"]) == (200, 3, 1)
    found = kept(world)
    assert {"a", "b", "c"} <= found.keys()
    assert SECRET not in str(found)
    assert "jane" not in str(found)


def test_the_same_as_the_command(world: World, tmp_path: Path) -> None:
    file = tmp_path / "more.jsonl"
    file.write_bytes(lines(row("same-1"), row("same-2")))
    over_http = send(world, file.read_bytes(), world.token("events")).json
    store = f"sqlite:{tmp_path / 'other.db'}"
    command = done(world.repository, "events", "import", str(file), "--store", store, "--json").data
    assert over_http | {"store": ""} == command | {"store": ""}


FAULTY: dict[str, tuple[bytes, str, int, str]] = {
    "no JSON": (b"{", LINES, 400, "PC220"),
    "no object": (b"[1]\n", LINES, 400, "PC220"),
    "no array": (b"{}", "application/json", 400, "PC220"),
    "no objects": (b"[1]", "application/json", 400, "PC220"),
    "no UTF-8": (b"\xff\n", LINES, 400, "PC220"),
    "twice a key": (b'{"id": "x", "id": "y"}\n', LINES, 400, "PC220"),
    "a column that is none": (lines(row("x", password="x")), LINES, 400, "PC220"),
    "one that is none among others": (lines(row("x1"), row("x2", status="maybe")), LINES, 400, "PC220"),
    "deep": (b"[" * 100_000, "application/json", 400, "PC220"),
    "too many": (lines(*(row(f"m{number}") for number in range(MOST_ROWS + 1))), LINES, 400, "PC220"),
    "too large": (lines(row("x")) + b" " * MOST_BODY, LINES, 413, "PC001"),
    "CSV": (b"id,at\nx,1\n", "text/csv", 415, "PC329"),
    "a form": (lines(row("x")), "text/plain", 415, "PC329"),
    "elsewhere": (lines(row("x"), row("y", environment="prod")), LINES, 403, "PC317"),
    "nowhere": (lines(row("x", environment=None)), LINES, 403, "PC317"),
}


@pytest.mark.parametrize("name", FAULTY)
def test_nothing_is_kept_of_what_has_a_fault(world: World, name: str) -> None:
    body, kind, status, code = FAULTY[name]
    send(world, lines(row("before")), world.token("events"))
    before = kept(world)
    found = send(world, body, world.token("events"), kind)
    assert (found.status, found.json["code"]) == (status, code)
    assert kept(world) == before


def test_scores_need_a_token_for_all(world: World) -> None:
    body = lines({"event": "a", "name": "resolved", "at": NOON, "value": 1})
    path = f"{EVENTS}?table=scores"
    assert send(world, body, world.token("events"), path=path).status == 403
    assert send(world, body, world.token("events", env="*"), path=path).json["added"] == 1


def test_feedback_is_about_calls_of_the_tokens_environments(world: World) -> None:
    send(
        world,
        lines(row("f1"), row("f2", environment="prod"), row("f3", environment=None)),
        world.token("events", env="*"),
    )
    token = world.token("feedback")
    body = {"call": "f1", "scores": {"resolved": 0}, "comment": "wrong queue"}
    found = world.post(FEEDBACK, body, token, next(_KEYS))
    assert (found.status, found.json["scores"], found.json["negative"]) == (200, ["resolved"], True)
    store = f"sqlite:{world.folder / 'events.db'}"
    words = ("feedback", "add", "f1", "resolved=0", "--comment", "wrong queue", "--store", store, "--json")
    assert found.json == done(world.repository, *words).data
    refused = {"f2": (403, "PC317"), "f3": (403, "PC317"), "none": (404, "PC235"), "a\0b": (404, "PC235")}
    for call, said in refused.items():
        found = world.post(FEEDBACK, body | {"call": call}, token, next(_KEYS))
        assert (found.status, found.json["code"]) == said
    for unfit in ({"call": "f1"}, body | {"scores": {"resolved": float("nan")}}, body | {"more": 1}):
        assert world.post(FEEDBACK, unfit, token, next(_KEYS)).status == 400


def test_feedback_that_waits_keeps_out_no_move(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting, over = threading.Semaphore(0), threading.Event()

    def slow(*_: object) -> Event:
        waiting.release()
        assert over.wait(20)
        raise OutsideError("PC222", "the store is away")

    monkeypatch.setattr(workflow, "call_named", slow)
    token, said = world.token("feedback", "freeze"), {"call": "f1", "scores": {"resolved": 0}}
    with ThreadPoolExecutor(MOST_BROUGHT) as pool:
        asked = [pool.submit(world.post, FEEDBACK, said, token, next(_KEYS)) for _ in range(MOST_BROUGHT)]
        assert all(waiting.acquire(timeout=20) for _ in asked)
        more = world.post(FEEDBACK, said, token, next(_KEYS))
        moved = world.post("/api/v1/environments/staging/freeze", {"reason": "bad day"}, token, next(_KEYS))
        over.set()
    assert (more.status, more.json["code"], moved.status) == (429, "PC318", 200)
    assert {it.result().status for it in asked} == {503}


def test_a_request_that_breaks_off_is_no_bug(world: World, caplog: pytest.LogCaptureFixture) -> None:
    token = world.token("events")
    head = f"POST {EVENTS} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\ncontent-length: 9\r\n\r\n"
    with closing(socket.create_connection(("127.0.0.1", urlsplit(world.server.url).port))) as line:
        line.sendall(head.encode() + b"half")
    wait_until(lambda: 'status="400"' in world.server.ask("/metrics").body.decode())
    assert "a bug" not in caplog.text

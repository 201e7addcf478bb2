"""Requests for the same at the same time: each is answered in the form that it asked for."""

from __future__ import annotations

import asyncio
from pathlib import Path

from promptctl.server.application import application
from promptctl.server.asgi import Application, Message
from promptctl.server.settings import Serving
from promptctl.server.shelf import MOST_BYTES, Answer, Shelf
from tests.shipping import line

BROWSER, PROGRAM = b"text/html", b"application/json"


async def _kind(server: Application, accept: bytes) -> bytes:
    """The media type of the answer to a page that there is not."""
    told: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        told.append(message)

    path = "/prompts/nobody/"
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", b"localhost"), (b"accept", accept)],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "scheme": "http",
        "root_path": "",
    }
    await server(scope, receive, send)
    return bytes(dict(told[0]["headers"])[b"content-type"]).partition(b";")[0]


def test_errors_are_pages_for_people_and_problems_for_programs_at_once(tmp_path: Path) -> None:
    server = application(Serving(root=str(line(tmp_path, staged=("1.0.0",)).folder)))

    async def both() -> list[bytes]:
        return list(await asyncio.gather(_kind(server, BROWSER), _kind(server, PROGRAM)))

    assert asyncio.run(both()) == [b"text/html", b"application/problem+json"]


def test_what_is_made_anew_takes_the_place_of_what_was() -> None:
    now = 0.0
    shelf, kept, page = Shelf(lambda: now), (b"/kept", b""), (b"/costs/", b"")
    shelf.put(kept, Answer(status=200, headers=(), body=b"as long as the view"))
    for _ in range(100):
        shelf.put(page, Answer(status=200, headers=(), body=bytes(MOST_BYTES // 50), until=now + 10))
        now += 11
    assert shelf.find(kept)
    assert shelf.find(page) is None

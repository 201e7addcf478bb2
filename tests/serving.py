"""A registry served on loopback: the real application in a thread, and requests to it."""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn

from promptctl.server.application import application
from promptctl.server.connection import Connection
from promptctl.server.serving import listening
from promptctl.server.settings import Serving
from tests.shapes import check_answer


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One response as it came."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def tag(self) -> str:
        return self.headers["etag"]


@dataclass(frozen=True, kw_only=True)
class Served:
    """Where the server answers."""

    url: str

    def ask(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Reply:
        """One request, whose answer must be as the API is described; underscores in names of headers stand for
        dashes."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        reply = _asked(urllib.request.Request(self.url + path, body, named, method=method))
        check_answer(method, path, reply.status, reply.headers, reply.body)
        return reply


def _asked(request: urllib.request.Request) -> Reply:
    try:
        with urllib.request.urlopen(request, timeout=30) as found:
            return _reply(found)
    except urllib.error.HTTPError as error:
        with error:
            return _reply(error)


def _reply(found: Any) -> Reply:
    headers = {name.lower(): value for name, value in found.headers.items()}
    return Reply(status=found.status, headers=headers, body=found.read())


@contextmanager
def serving(root: Path, port: int = 0, **options: Any) -> Iterator[Served]:
    """The registry in a folder. The server looks for new commits five times a second."""
    with listening("127.0.0.1", port) as listener:
        made = application(Serving(root=str(root), **({"poll": 0.2} | options)))
        server = uvicorn.Server(
            uvicorn.Config(made, log_level="warning", access_log=False, server_header=False, http=Connection, ws="none")
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.002)
        try:
            yield Served(url=f"http://127.0.0.1:{listener.getsockname()[1]}")
        finally:
            server.should_exit = True
            thread.join(20)

"""What applications, stores and servers do all day, as calls to be counted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote

from promptctl.adapters.events.sqlite import SqliteEvents
from promptctl.core.events.event import Batch, row
from promptctl.runtime.recording import open_recorder
from promptctl.server.application import application
from promptctl.server.settings import Serving
from tests.event_samples import event
from tests.runtime.prompting import prompts_of, written

Work = Callable[[], object]


class Ask(Protocol):
    """A request to a server, by its path and headers."""

    def __call__(self, path: str, *headers: tuple[bytes, bytes]) -> Work: ...


def asked(folder: Path) -> dict[str, Work]:
    """What an application does at each call."""
    prompts = prompts_of(written(folder))
    recorder = open_recorder({}, {"PROMPTCTL_DATA_DIR": str(folder)}, folder)
    call = event()
    return {
        "get(name)": lambda: prompts.get("both"),
        "get(name, unit)": lambda: prompts.get("greet", unit="customer-4711"),
        "get and render": lambda: prompts.get("greet", unit="customer-4711").render(name="Ada"),
        "record of an event": lambda: recorder.record(call),
    }


def stored(folder: Path, count: int) -> Work:
    """Events written to a store in one batch, new ones each time."""
    store, batches = SqliteEvents(folder / f"{count}.sqlite3"), iter(range(100))
    store.write(Batch())

    def write() -> None:
        first = next(batches) * count
        store.write(Batch(events=tuple(row(event(first + number)) for number in range(count))))

    return write


@contextmanager
def served(root: Path) -> Iterator[Ask]:
    """A registry's server without a socket: requests by path, which are answered in full the first time."""
    loop, app = asyncio.new_event_loop(), application(Serving(root=str(root), poll=3600))
    said: list[Any] = []

    async def send(message: Any) -> None:
        said.append(message)

    def ask(path: str, *headers: tuple[bytes, bytes]) -> Work:
        where, _, query = path.partition("?")
        scope = {"type": "http", "method": "GET", "path": unquote(where), "raw_path": where.encode(), "scheme": "http"}
        scope |= {"query_string": query.encode(), "http_version": "1.1", "client": ("127.0.0.1", 1), "root_path": ""}
        scope |= {"headers": [(b"host", b"127.0.0.1"), *headers], "server": ("127.0.0.1", 80)}

        async def receive() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        def work() -> None:
            said.clear()
            loop.run_until_complete(app({**scope, "state": {}}, receive, send))
            assert said[0]["status"] in (200, 304), said

        return work

    asking: asyncio.Queue[Any] = asyncio.Queue()
    living = asyncio.ensure_future(app({"type": "lifespan", "asgi": {"version": "3.0"}}, asking.get, send), loop=loop)
    asking.put_nowait({"type": "lifespan.startup"})
    while not said:
        loop.run_until_complete(asyncio.sleep(0))
    assert said.pop()["type"] == "lifespan.startup.complete"
    try:
        yield ask
    finally:
        asking.put_nowait({"type": "lifespan.shutdown"})
        loop.run_until_complete(living)
        loop.close()

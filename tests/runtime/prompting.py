"""Applications for tests: bundles on disk and on a server, and ``Prompts`` over them that never wait."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from promptctl import Prompts
from promptctl.core.moves.bundle import Bundle
from tests.bundles import small_bundle

HELLO = {"role": "user", "content": "Good day you"}


def written(folder: Path, bundle: Bundle | bytes | None = None, name: str = "prod.json") -> Path:
    """A bundle in a file, replaced as a whole."""
    made = small_bundle() if bundle is None else bundle
    path = folder / name
    beside = folder / f".{name}"
    beside.write_bytes(made if isinstance(made, bytes) else made.to_bytes())
    beside.replace(path)
    return path


def prompts_of(source: Path | str, **options: Any) -> Prompts:
    """``Prompts`` that look again only when they are told to."""
    return Prompts("prod", source=source, **{"refresh_every": 0, **options})


def serves(prompts: Prompts, state: str, code: str | None) -> None:
    """Insists on the last good version, the state, and the code of the last fault."""
    status = prompts.status()
    assert prompts.get("greet").render() == "Good day you"
    assert (status.state, status.faults[-1].code if status.faults else None) == (state, code)
    assert status.ok is (state == "fresh")
    assert len(status.faults) <= status.fault_count


@dataclass
class Shelf:
    """What a server of bundles gives: bytes with their ETag, or whatever ``react`` does."""

    data: bytes = b""
    tag: str = '"1"'
    url: str = ""
    asked: list[str | None] = field(default_factory=list)
    react: Callable[[BaseHTTPRequestHandler], None] | None = None
    released: threading.Event = field(default_factory=threading.Event)


@contextmanager
def bundle_server(data: bytes = b"", context: ssl.SSLContext | None = None) -> Iterator[Shelf]:
    """A server that knows ETags, on loopback; over TLS with a ``context``."""
    shelf = Shelf(data)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            shelf.asked.append(self.headers.get("if-none-match"))
            if shelf.react:
                self.close_connection = True
                shelf.react(self)
                return
            same = self.headers.get("if-none-match") == shelf.tag
            self.send_response(304 if same else 200)
            self.send_header("etag", shelf.tag)
            self.send_header("content-length", "0" if same else str(len(shelf.data)))
            self.end_headers()
            if not same:
                self.wfile.write(shelf.data)

        def log_message(self, format: str, *arguments: Any) -> None:
            """Says nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A client that goes away is no news."""

    server = Server(("127.0.0.1", 0), Handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    shelf.url = f"{'https' if context else 'http'}://127.0.0.1:{server.server_port}/prod.json"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield shelf
    finally:
        shelf.released.set()
        server.shutdown()
        server.server_close()
        thread.join()

"""A server that takes whatever it is sent, keeps every byte of it, and says yes."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Listener:
    """``heard`` holds each request: line, headers and body. With ``redirect`` it sends everybody there."""

    url: str = ""
    heard: list[bytes] = field(default_factory=list)
    redirect: str | None = None


@contextmanager
def listening(context: ssl.SSLContext | None = None) -> Iterator[Listener]:
    """A listener on loopback; over TLS with a ``context``."""
    found = Listener()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            found.heard.append(f"{self.requestline}\n".encode() + bytes(self.headers) + body)
            self.send_response(307 if found.redirect else 200)
            if found.redirect:
                self.send_header("location", f"{found.redirect}/stolen")
            self.send_header("content-length", "0")
            self.end_headers()

        do_GET = do_POST

        def log_message(self, format: str, *arguments: Any) -> None:
            """Says nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A client that does not believe the certificate goes away."""

    with Server(("127.0.0.1", 0), Handler) as server:
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        found.url = f"{'https' if context else 'http'}://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield found
        finally:
            server.shutdown()
            thread.join()

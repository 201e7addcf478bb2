"""A model provider on loopback that speaks both wire formats and misbehaves as it is told."""

from __future__ import annotations

import gzip
import json
import socket
import ssl
import struct
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reaction = Callable[["Handler"], None]


@dataclass(frozen=True)
class Received:
    """One request as it arrived."""

    path: str
    headers: Mapping[str, str]
    body: Any
    connection: int


@dataclass
class ModelServer:
    """``reactions`` are used up one a request; without any, the server answers properly."""

    url: str = ""
    reactions: deque[Reaction] = field(default_factory=deque)
    received: list[Received] = field(default_factory=list)
    always: Reaction | None = None
    get: Reaction | None = None
    busy: int = 0
    busiest: int = 0
    released: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def then(self, *reactions: Reaction) -> None:
        self.reactions.extend(reactions)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    model: ModelServer

    def do_POST(self) -> None:
        model = self.model
        sent = self.rfile.read(int(self.headers["Content-Length"]))
        body: Any = json.loads(sent) if self.headers["Content-Type"] == "application/json" else sent
        with model.lock:
            headers = {name.lower(): value for name, value in self.headers.items()}
            model.received.append(Received(self.path, headers, body, self.client_address[1]))
            reaction = model.reactions.popleft() if model.reactions else model.always or answer_well
            model.busy += 1
            model.busiest = max(model.busiest, model.busy)
        self.request_body = body
        try:
            reaction(self)
        finally:
            with model.lock:
                model.busy -= 1

    def do_GET(self) -> None:
        with self.model.lock:
            self.model.received.append(Received(self.path, {}, None, self.client_address[1]))
        (self.model.get or raw(b"{}"))(self)

    def reply(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            **(headers or {}),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, format: str, *arguments: Any) -> None:
        """Says nothing."""


def openai_answer(text: str = "hello", **extra: Any) -> dict[str, Any]:
    return {
        "id": "chatcmpl-1",
        "model": "gpt-4.1-2025-04-14",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 20, "prompt_tokens_details": {"cached_tokens": 40}},
    } | extra


def anthropic_answer(text: str = "hello", **extra: Any) -> dict[str, Any]:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-5-20250929",
        "content": [{"type": "text", "text": text}],
        "stop_reason": "end_turn",
        "usage": {
            "input_tokens": 50,
            "cache_read_input_tokens": 40,
            "cache_creation_input_tokens": 10,
            "output_tokens": 20,
        },
    } | extra


def last_text(body: Any) -> str:
    content = body["messages"][-1]["content"]
    return content if isinstance(content, str) else content[-1]["text"]


def answer_well(handler: Handler) -> None:
    """Answers in the format of the path, with the last message's text in capitals; streamed where that is asked for."""
    text, anthropic = last_text(handler.request_body).upper(), handler.path.endswith("/v1/messages")
    if handler.request_body.get("stream"):
        return stream(anthropic_events(text) if anthropic else openai_events(text))(handler)
    make = anthropic_answer if anthropic else openai_answer
    return handler.reply(200, json.dumps(make(text)).encode())


def openai_events(text: str) -> list[str]:
    """The events of a streamed answer, each a piece of the text of at most four characters."""
    pieces = [{"choices": [{"index": 0, "delta": {"content": piece}}]} for piece in _cut(text)]
    whole = openai_answer(text)
    end = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    chunks = [{"model": whole["model"], **it, "usage": None} for it in [*pieces, end]]
    return [*map(json.dumps, [*chunks, {"choices": [], "usage": whole["usage"]}]), "[DONE]"]


def anthropic_events(text: str) -> list[str]:
    """The events of a streamed message; its usage comes in two parts."""
    whole = anthropic_answer("", content=[])
    usage = whole["usage"] | {"output_tokens": 1}
    events = [
        {"type": "message_start", "message": whole | {"stop_reason": None, "usage": usage}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "ping"},
        *(
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}}
            for piece in _cut(text)
        ),
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 20}},
        {"type": "message_stop"},
    ]
    return list(map(json.dumps, events))


def _cut(text: str) -> list[str]:
    return [text[start : start + 4] for start in range(0, len(text), 4)]


def stream(events: Sequence[str], then: Reaction | None = None) -> Reaction:
    """Sends events one by one; ``then`` happens instead of the end."""

    def react(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream; charset=utf-8")
        handler.send_header("Connection", "close")
        handler.end_headers()
        for event in events:
            handler.wfile.write(f"data: {event}\n\n".encode())
            handler.wfile.flush()
        if then:
            then(handler)
        handler.close_connection = True

    return react


def status(number: int, message: str = "no", headers: Mapping[str, str] | None = None, **error: Any) -> Reaction:
    body = json.dumps({"error": {"message": message, **error}}).encode()
    return lambda handler: handler.reply(number, body, headers)


def raw(body: bytes, headers: Mapping[str, str] | None = None) -> Reaction:
    return lambda handler: handler.reply(200, body, headers)


def json_answer(value: Any) -> Reaction:
    return raw(json.dumps(value).encode())


def zipped(body: bytes, encoding: str = "gzip") -> Reaction:
    return lambda handler: handler.reply(200, gzip.compress(body, 1, mtime=0), {"Content-Encoding": encoding})


def redirect(location: str) -> Reaction:
    return lambda handler: handler.reply(307, b"", {"Location": location})


def echo_authorization(handler: Handler) -> None:
    """A server that puts the key it was sent into its error."""
    sent = handler.headers.get("Authorization") or handler.headers.get("x-api-key")
    handler.reply(401, json.dumps({"error": {"message": f"bad key {sent}, and again {sent}"}}).encode())


def cut(handler: Handler) -> None:
    """Promises more bytes than it sends."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"choices": [')
    handler.wfile.flush()
    handler.close_connection = True
    handler.connection.shutdown(2)


def hang_up(handler: Handler) -> None:
    """Closes the connection without a word."""
    handler.close_connection = True
    handler.connection.shutdown(2)


def reset(handler: Handler) -> None:
    """Resets the connection, as a crashed server or a firewall does."""
    connection = handler.connection
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True
    socket.close(connection.detach())


def reset_midway(handler: Handler) -> None:
    """Promises more than it sends, and resets the connection."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"choices": [')
    handler.wfile.flush()
    reset(handler)


def silence(handler: Handler) -> None:
    """Says nothing until the test is over."""
    handler.model.released.wait(30)
    handler.close_connection = True


def drip(handler: Handler) -> None:
    """One byte each 0.2 s, never done."""
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    with suppress(OSError):
        while not handler.model.released.wait(0.2):
            handler.wfile.write(b" ")
            handler.wfile.flush()
    handler.close_connection = True


def meeting(parties: int, then: Reaction = answer_well) -> Reaction:
    """Reacts once ``parties`` requests are there at the same time."""
    barrier = threading.Barrier(parties)

    def react(handler: Handler) -> None:
        barrier.wait(20)
        then(handler)

    return react


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no news."""


@contextmanager
def model_server(context: ssl.SSLContext | None = None) -> Iterator[ModelServer]:
    """A running server, over TLS with a ``context``; stopped, with all that waits in it, at the end."""
    model = ModelServer()
    server = _Server(("127.0.0.1", 0), type("BoundHandler", (Handler,), {"model": model}))
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    model.url = f"{'https' if context else 'http'}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield model
    finally:
        model.released.set()
        server.shutdown()
        server.server_close()
        thread.join()

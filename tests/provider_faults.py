"""Whatever a server can do wrong, as one table: what it does, and whether that may be taken for an answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from tests.servers import (
    Handler,
    Reaction,
    cut,
    drip,
    echo_authorization,
    hang_up,
    json_answer,
    openai_answer,
    openai_events,
    raw,
    redirect,
    reset,
    reset_midway,
    silence,
    status,
    stream,
    zipped,
)

HTML = {"Content-Type": "text/html"}
CLOSED = "http://127.0.0.1:1"


@dataclass(frozen=True)
class Fault:
    """``react`` is what the server does, ``url`` where it is looked for instead of there.

    ``taken``: what was sent may have been taken, since no status says otherwise. ``answers``: a reply may be made of
    it. ``slow``: only a deadline ends it. ``streamed``: it is one of streams.
    """

    react: Reaction
    url: Callable[[str], str] = str
    taken: bool = True
    answers: bool = False
    slow: bool = False
    streamed: bool = False


def _refused(react: Reaction, url: Callable[[str], str] = str, *, slow: bool = False) -> Fault:
    return Fault(react, url=url, taken=False, slow=slow)


def _answer(**changes: Any) -> Reaction:
    return json_answer(openai_answer("ok") | changes)


def _choice(**changes: Any) -> Reaction:
    return _answer(choices=[openai_answer("ok")["choices"][0] | changes])


def _message(**changes: Any) -> Reaction:
    return _choice(message={"role": "assistant", "content": "ok"} | changes)


def _usage(value: Any) -> Reaction:
    return _answer(usage=value)


def _endless(handler: Handler) -> None:
    """A body that never ends, as fast as it is taken."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Connection", "close")
    handler.end_headers()
    with suppress(OSError):
        while not handler.model.released.is_set():
            handler.wfile.write(b" " * 65_536)
            handler.wfile.flush()
    handler.close_connection = True


def _comments(handler: Handler) -> None:
    """A stream that is kept alive for ever and says nothing."""
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.send_header("Connection", "close")
    handler.end_headers()
    with suppress(OSError):
        while not handler.model.released.wait(0.05):
            handler.wfile.write(b": keep-alive\n\n")
            handler.wfile.flush()
    handler.close_connection = True


_EVENTS = openai_events("ok it is")
_ERROR = json.dumps({"error": {"message": "no", "type": "server_error"}})
_CALL = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}

FAULTS: Mapping[str, Fault] = {
    "refused": _refused(hang_up, url=lambda _: CLOSED),
    "no such host": _refused(hang_up, url=lambda _: "https://nowhere.invalid"),
    "no tls": _refused(hang_up, url=lambda url: url.replace("http://", "https://")),
    "hang up": _refused(hang_up),
    "reset": _refused(reset),
    "reset midway": Fault(reset_midway),
    "half a body": Fault(cut),
    "silence": _refused(silence, slow=True),
    "drip": Fault(drip, slow=True),
    "endless": Fault(_endless),
    "bomb": Fault(zipped(b" " * 5_000_000)),
    "not gzip": Fault(raw(b"{}", {"Content-Encoding": "gzip"})),
    "204": Fault(lambda handler: handler.reply(204, b"")),
    "301": _refused(lambda handler: handler.reply(301, b"", {"Location": CLOSED})),
    "302": _refused(lambda handler: handler.reply(302, b"", {"Location": CLOSED})),
    "307": _refused(redirect(CLOSED)),
    **{str(code): _refused(status(code, "no")) for code in (400, 403, 404, 408, 409, 413, 422, 500, 502, 503, 529)},
    "401 with the key": _refused(echo_authorization),
    "429": _refused(status(429)),
    "429 soon": _refused(status(429, headers={"Retry-After": "0.001"})),
    "429 absurd": _refused(status(429, headers={"Retry-After": "99999999999"})),
    "429 negative": _refused(status(429, headers={"Retry-After": "-5"})),
    "429 date": _refused(status(429, headers={"Retry-After": "Sun, 01 Nov 2026 12:00:00 GMT"})),
    "429 nan": _refused(status(429, headers={"Retry-After": "nan"})),
    "empty": Fault(raw(b"")),
    "html": Fault(raw(b"<html>ok</html>", HTML)),
    "not utf-8": Fault(raw(b'{"content": "\xff\xfe"}')),
    "nan": Fault(raw(b'{"choices": [NaN]}')),
    "twice the key": Fault(raw(b'{"choices": [], "choices": []}')),
    "deep": Fault(raw(b"[" * 50_000)),
    "null": Fault(json_answer(None)),
    "a list": Fault(json_answer(["ok"])),
    "error as success": Fault(json_answer({"error": {"message": "ok"}})),
    "no choices": Fault(json_answer({"model": "m"})),
    "empty choices": Fault(_answer(choices=[])),
    "choices of another type": Fault(_answer(choices={"0": "ok"})),
    "choice of another type": Fault(_answer(choices=["ok"])),
    "message of another type": Fault(_choice(message="ok")),
    "content of another type": Fault(_message(content={"text": "ok"})),
    "content a number": Fault(_message(content=7)),
    "model of another type": Fault(_answer(model=["m"]), answers=True),
    "finish of another type": Fault(_choice(finish_reason={"ok": 1}), answers=True),
    "null content": Fault(_message(content=None), answers=True),
    "content filter": Fault(_choice(finish_reason="content_filter"), answers=True),
    "cut by length": Fault(_choice(finish_reason="length"), answers=True),
    "calls unasked": Fault(_message(content=None, tool_calls=[_CALL]), answers=True),
    "calls of another type": Fault(_message(tool_calls="ok"), answers=True),
    "no usage": Fault(_usage(None), answers=True),
    "usage negative": Fault(_usage({"prompt_tokens": -3, "completion_tokens": -1}), answers=True),
    "usage huge": Fault(_usage({"prompt_tokens": 10**30, "completion_tokens": 10**30}), answers=True),
    "usage of another type": Fault(_usage({"prompt_tokens": "3", "completion_tokens": [1]}), answers=True),
    "stream cut": Fault(stream(_EVENTS[:1]), streamed=True),
    "stream reset": Fault(stream(_EVENTS[:1], then=reset), streamed=True),
    "stream error": Fault(stream([*_EVENTS[:1], _ERROR]), streamed=True),
    "stream without a mark": Fault(stream(_EVENTS[:-1]), answers=True, streamed=True),
    "stream out of order": Fault(stream([*reversed(_EVENTS)]), answers=True, streamed=True),
    "stream done twice": Fault(stream([*_EVENTS, "[DONE]"]), answers=True, streamed=True),
    "stream of nothing": Fault(stream(["[DONE]"]), streamed=True),
    "stream not json": Fault(stream(["ok", *_EVENTS]), streamed=True),
    "stream kept alive": Fault(_comments, slow=True, streamed=True),
}

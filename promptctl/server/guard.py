"""What stands before every request: whose name it calls, how much it brings, what a browser may do with the answer."""

from __future__ import annotations

import asyncio

from starlette.exceptions import HTTPException

from promptctl.errors import Problem
from promptctl.server.asgi import Application, Message, Receive, Scope, Send
from promptctl.server.problem import refuse

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
MOST_BODY = 1 << 20
"""Bytes that a request may bring."""
BODY_SECONDS = 30.0
"""How long a body may take."""
MOST_TARGET = 8192
"""Bytes of path and query."""
_TOO_LARGE = Problem("PC001", f"a request brings at most {MOST_BODY >> 20} MiB")
_MISNAMED = 421, Problem("PC001", "the server is not called that", hint="serve --allowed-host NAME")
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
)
_NOTHING = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
"""For answers that are no pages: whatever is in them runs and loads nothing."""


class Guard:
    """Refuses what calls the server by a foreign name, which is how a page elsewhere would reach it through a browser
    of this machine, and what is too large; adds to every answer what keeps browsers from misusing it."""

    def __init__(self, application: Application, hosts: tuple[str, ...]) -> None:
        self._application = application
        # As browsers call it and as hints have it, with a port, or without.
        self._hosts = frozenset(_without_port(host.encode()) for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _with_headers(message["headers"])
            await send(message)

        refusal = self._refusal(scope)
        if refusal:
            await refuse(*refusal, guarded)
        else:
            await self._application(scope, _bounded(receive), guarded)

    def _refusal(self, scope: Scope) -> tuple[int, Problem] | None:
        if len(scope["raw_path"]) + len(scope["query_string"]) > MOST_TARGET:
            return 414, Problem("PC001", f"path and query are longer than {MOST_TARGET} bytes")
        if b"%00" in scope["raw_path"] or b"%00" in scope["query_string"]:
            return 400, Problem("PC001", "path and query hold no NUL character: nothing is called so")
        names = 0
        # Each that is there counts: what stands before the server may look at another one of two.
        for name, value in scope["headers"]:
            if name == b"host":
                names += 1
                if _without_port(value) not in self._hosts:
                    return _MISNAMED
            elif name == b"origin" and _without_port(value.partition(b"://")[2]) not in self._hosts:
                return 403, Problem("PC001", "pages of other hosts may not ask here")
            elif name == b"content-length" and (not value.isdigit() or int(value) > MOST_BODY):
                return 413, _TOO_LARGE
            elif name == b"content-encoding" and value.lower() != b"identity":
                return 415, Problem("PC001", "a request's body comes as it is, not packed")
        return None if names == 1 else _MISNAMED


def _without_port(host: bytes) -> bytes:
    name, colon, port = host.lower().rpartition(b":")
    return name if colon and port.isdigit() else host.lower()


def _with_headers(found: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    kind = next((value for name, value in found if name == b"content-type"), b"")
    # A 304 has no kind: what it says would replace the policy of the page that the browser has.
    own = _HEADERS if not kind or kind.startswith(b"text/html") else (*_HEADERS, _NOTHING)
    return [*found, *own]


def _bounded(receive: Receive) -> Receive:
    """What a body brings, cut off where it is larger or slower than it may be: without a length it only shows while it
    comes. Raises HTTPException."""
    seen, more = 0, True
    last: float | None = None

    async def take() -> Message:
        nonlocal seen, more, last
        if not more:
            return await receive()
        last = asyncio.get_running_loop().time() + BODY_SECONDS if last is None else last
        try:
            async with asyncio.timeout_at(last):
                message = await receive()
        except TimeoutError:
            raise HTTPException(408, f"a body comes within {BODY_SECONDS:g} s") from None
        more = message.get("more_body", False)
        seen += len(message.get("body", b""))
        if seen > MOST_BODY:
            raise HTTPException(413, _TOO_LARGE.message)
        return message

    return take

"""Who is let in: a bearer token, recognized in constant time, and what it is for."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime

from promptctl.adapters.token_folder import UNREADABLE, TokenFolder
from promptctl.core.token import Token, recognized
from promptctl.errors import Problem, PromptctlError
from promptctl.server.answering import READING
from promptctl.server.asgi import Application, Receive, Scope, Send
from promptctl.server.limits import Buckets
from promptctl.server.problem import refuse

_LOG = logging.getLogger("promptctl.server")
NO_TOKEN, TOO_MANY = "PC316", "PC318"
OPEN = ("/healthz", "/readyz")
"""What says nothing of the registry, for those that look after processes."""
FAILURES_PER_MINUTE, WRITES_PER_MINUTE = 20, 600
_CHALLENGE = (b"www-authenticate", b'Bearer realm="promptctl"')


class Door:
    """Says who asks, as ``request.state.caller``; None for somebody without a token.

    With ``closed`` nobody reads without one that is for that. Whoever comes with wrong tokens has to wait, by address,
    and so does who writes too much, by token.
    """

    def __init__(
        self,
        application: Application,
        tokens: TokenFolder,
        *,
        closed: bool,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._application, self._tokens, self._closed = application, tokens, closed
        self._failures = Buckets(FAILURES_PER_MINUTE, clock)
        self._writes = Buckets(WRITES_PER_MINUTE, clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        try:
            refusal = self._refusal(scope)
        except (PromptctlError, OSError) as error:
            # Whoever asks did nothing wrong, and where tokens lie is nobody's business.
            _LOG.error("tokens cannot be read: %s", error)
            code = error.code if isinstance(error, PromptctlError) else UNREADABLE
            await refuse(503, Problem(code, "tokens cannot be read; the server's log says why"), send)
            return
        if refusal:
            status, problem, headers = refusal
            await refuse(status, problem, send, headers)
        else:
            await self._application(scope, receive, send)

    def _refusal(self, scope: Scope) -> tuple[int, Problem, list[tuple[bytes, bytes]]] | None:
        address = (scope.get("client") or ("",))[0]
        given = [value for name, value in scope["headers"] if name == b"authorization"]
        caller = None
        if given:
            caller = self._caller(given)
            # Who has a token is let in whoever else comes from that address: behind a proxy all do.
            if caller is None:
                if wait := self._failures.taken(address):
                    return _later(wait)
                return 401, Problem(NO_TOKEN, "the token is wrong, revoked or expired"), [_CHALLENGE]
            if scope["method"] not in READING and (wait := self._writes.taken(caller.id)):
                return _later(wait)
        scope.setdefault("state", {})["caller"] = caller
        if self._closed and scope["path"] not in OPEN:
            if caller is None:
                return 401, Problem(NO_TOKEN, "a token is needed", hint="Authorization: Bearer TOKEN"), [_CHALLENGE]
            if said := caller.refusal("read", None):
                return 403, Problem("PC317", said), []
        return None

    def _caller(self, given: list[bytes]) -> Token | None:
        # Of two nobody knows which one whoever stands before the server has looked at.
        kind, _, text = given[0].decode("latin-1").partition(" ") if len(given) == 1 else ("", "", "")
        if kind.lower() != "bearer":
            return None
        return recognized(text.strip(" "), self._tokens.tokens(), datetime.now(UTC))


def _later(seconds: float) -> tuple[int, Problem, list[tuple[bytes, bytes]]]:
    wait = int(seconds) + 1
    return 429, Problem(TOO_MANY, f"too many requests: come again in {wait} s"), [(b"retry-after", str(wait).encode())]

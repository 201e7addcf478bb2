"""Around everything: each request has a name of its own, and is counted and logged once it is answered."""

from __future__ import annotations

import itertools
import logging
import secrets
import time

from promptctl.server.answering import route_of
from promptctl.server.asgi import Application, Message, Receive, Scope, Send
from promptctl.server.log import RequestLog
from promptctl.server.metrics import Metrics

_LOG = logging.getLogger("promptctl.server")
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


class Accounting:
    """Names requests (``X-Request-Id``), counts and logs them by route, never by what they ask for."""

    def __init__(self, application: Application, metrics: Metrics, log: RequestLog | None) -> None:
        self._application, self._metrics, self._log = application, metrics, log
        self._process, self._numbers = secrets.token_hex(4), itertools.count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        began, status, replayed = time.perf_counter(), 0, False
        name = f"{self._process}-{next(self._numbers):x}"
        state = scope.setdefault("state", {})

        async def told(message: Message) -> None:
            nonlocal status, replayed
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [*message["headers"], (b"x-request-id", name.encode())]
                replayed = (b"idempotent-replayed", b"true") in headers
                message = {**message, "headers": headers}
            await send(message)

        try:
            await self._application(scope, receive, told)
        except Exception as error:
            # Whoever asked has an answer; a problem handler has logged the rest, but for what broke without one.
            if not status:
                _LOG.error("a request without an answer: %s", name, exc_info=error)
                raise
        finally:
            route = state.get("route") or route_of(scope)
            method = scope["method"] if scope["method"] in _METHODS else "other"
            seconds = time.perf_counter() - began
            self._metrics.request(method, route, status, seconds, kept="kept" in state)
            if action := state.get("action"):
                self._metrics.write(action, status, replayed=replayed)
            if self._log:
                self._log.add(name, method, route, status, seconds)

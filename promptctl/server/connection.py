"""One connection of the server: whoever dawdles, or says too much before it asks, is let go, so that others get in."""

from __future__ import annotations

import asyncio
import time

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 10.0
"""How long a request's line and headers may take."""
LINGER_SECONDS = 5.0
"""How long the rest of a body that nobody wants is thrown away, so that its sender reads the answer first."""
DRAIN_SECONDS = 60.0
"""How long an answer may take to be read once it is all written."""
MOST_HEAD = 1 << 16
"""Bytes of a request's line and headers."""
MOST_CONNECTIONS = 512
"""Of one process: beyond that, who has waited longest without a whole request is let go."""
_TOO_LARGE = "The request's headers are too large."


class Connection(HttpToolsProtocol):
    """uvicorn's, with patience that ends: for a request's head, for a body after its answer, for a slow reader."""

    _patience: asyncio.TimerHandle | None = None
    _reading = False
    closing = False
    _head = 0
    _since = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_head()
        if len(self.connections) > MOST_CONNECTIONS:
            waiting = [it for it in self.connections if isinstance(it, Connection) and it._reading]
            min(waiting, key=lambda it: it._since).transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_patience()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._reading:
            self._head += len(data)
        super().data_received(data)
        if self._reading and self._head > MOST_HEAD and not self.transport.is_closing():
            self.send_400_response(_TOO_LARGE)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if not self._reading:
            self._await_head()

    def on_headers_complete(self) -> None:
        self._end_patience()
        if len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers) > MOST_HEAD:
            raise ValueError(_TOO_LARGE)
        super().on_headers_complete()
        if self.cycle and self.cycle.transport is self.transport:
            self.cycle.transport = _Lingering(self)  # type: ignore[assignment]

    def on_message_complete(self) -> None:
        self._end_patience()
        super().on_message_complete()
        if self.closing:
            self.transport.close()

    def on_response_complete(self) -> None:
        unread = self.cycle.response_complete and self.cycle.more_body
        super().on_response_complete()
        if unread:
            self._await(LINGER_SECONDS)

    def linger(self) -> None:
        """Closes the connection once the body that is under way has come, or when that took too long: a sender who is
        cut off sees no answer."""
        self.closing = True
        self._await(LINGER_SECONDS)

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._await(DRAIN_SECONDS)

    def _await_head(self) -> None:
        self._reading, self._head, self._since = True, 0, time.monotonic()
        self._await(HEAD_SECONDS)

    def _await(self, seconds: float) -> None:
        if self._patience:
            self._patience.cancel()
        self._patience = self.loop.call_later(seconds, self.transport.abort)

    def _end_patience(self) -> None:
        self._reading = False
        if self._patience:
            self._patience.cancel()
            self._patience = None


class _Lingering:
    """The transport as an answer sees it: closed only after what is still being sent."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.write, self.is_closing = connection.transport.write, connection.transport.is_closing

    def close(self) -> None:
        if self._connection.cycle.more_body:
            self._connection.linger()
        else:
            self._connection.transport.close()

"""HTTP answers that are over in time: the standard library counts the seconds of each read alone, however many."""

from __future__ import annotations

import http.client
import io
import socket
import time
from typing import Any


class BoundedResponse(http.client.HTTPResponse):
    """An answer that is whole, head and body, within the timeout of its connection. Raises TimeoutError where not."""

    def __init__(self, sock: socket.socket, *arguments: Any, **options: Any) -> None:
        super().__init__(sock, *arguments, **options)
        self.fp.close()
        self.fp = io.BufferedReader(_Reading(sock))


class _Reading(io.RawIOBase):
    """What comes from a connection until its timeout, counted from now, is over."""

    def __init__(self, sock: socket.socket) -> None:
        self._seconds = sock.gettimeout() or 0.0
        self._until = time.monotonic() + self._seconds
        self._sock, self._raw = sock, sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Some bytes. Raises TimeoutError once the time is over."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError(f"no whole answer within {self._seconds:g} s")
        self._sock.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        """Lets go of the connection, and leaves it the timeout that it had."""
        if not self.closed:
            if self._sock.fileno() >= 0:
                self._sock.settimeout(self._seconds)
            self._raw.close()
        super().close()

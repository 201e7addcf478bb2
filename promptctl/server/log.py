"""The server's log: a line of JSON for each request and each fault, which never holds up a request."""

from __future__ import annotations

import json
import logging
import threading
import time
import traceback
from collections import deque
from datetime import UTC, datetime
from typing import Any, TextIO

MOST_WAITING = 20_000
"""Lines that wait to be written; those beyond are counted only."""
EVERY = 0.2
"""Seconds between two writes."""
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": "promptctl.server.log.JsonLines"}},
    "handlers": {"standard error": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "loggers": {
        name: {"handlers": ["standard error"], "level": level, "propagate": False}
        for name, level in (("promptctl.server", "INFO"), ("uvicorn", "WARNING"))
    },
}
"""How the process logs, for ``logging.config.dictConfig``."""


class JsonLines(logging.Formatter):
    """What was logged as one line of JSON. Of an exception its kind and where it came from: its words may be those of
    prompts, models or users."""

    def format(self, record: logging.LogRecord) -> str:
        line = {"time": _spelled(record.created), "level": record.levelname.lower(), "message": record.getMessage()}
        if record.exc_info and record.exc_info[1]:
            frames = traceback.extract_tb(record.exc_info[2])
            line["error"] = type(record.exc_info[1]).__name__
            line["at"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]  # type: ignore[assignment]
        return json.dumps(line)


class RequestLog:
    """Lines about requests, written by a thread of their own: a log that nobody reads stops no request."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._waiting, self._lost = stream, deque[tuple[Any, ...]](), 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._write, name="promptctl-log", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Writes what waits, unless nobody takes it."""
        self._stop.set()
        self._thread.join(1)

    def add(self, request: str, method: str, route: str, status: int, seconds: float) -> None:
        """One request, by what its route is called: what it asked for is not told."""
        if len(self._waiting) < MOST_WAITING:
            self._waiting.append((time.time(), request, method, route, status, seconds))
        else:
            self._lost += 1

    def _write(self) -> None:
        last = False
        while not last:
            last = self._stop.wait(EVERY)
            if lines := [self._line(*self._waiting.popleft()) for _ in range(len(self._waiting))]:
                self._stream.write("".join(lines))
                self._stream.flush()
            if self._lost:
                lost, self._lost = self._lost, 0
                logging.getLogger("promptctl.server").warning("%d requests are not in this log", lost)

    @staticmethod
    def _line(at: float, request: str, method: str, route: str, status: int, seconds: float) -> str:
        """Nothing in it has to be escaped: methods, routes and names of requests are ours."""
        return (
            f'{{"time": "{_spelled(at)}", "level": "info", "request": "{request}", "method": "{method}", '
            f'"route": "{route}", "status": {status}, "ms": {1000 * seconds:.2f}}}\n'
        )


def _spelled(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

"""Rows on the server: answers a second beside those of the framework's empty response, and the first page."""

from __future__ import annotations

import re
import shutil
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from typing import IO, Any

from benchmarks.repositories import NOTHING, SERVED, THREE_HUNDRED, Generated
from benchmarks.row import Measured, Row

_EMPTY = """
import socket, uvicorn
from fastapi import FastAPI, Response
application = FastAPI()

@application.get("/empty")
async def empty() -> Response:
    return Response()

listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
uvicorn.Server(uvicorn.Config(application, log_level="warning", access_log=False)).run(sockets=[listener])
"""
_SECONDS, _CONNECTIONS = 2, 16


@contextmanager
def _empty() -> Iterator[str]:
    """The address of the framework's empty response."""
    line = [sys.executable, "-c", _EMPTY]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True, cwd=NOTHING.folder) as process:
        assert process.stdout
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}/empty"
        finally:
            process.terminate()


@contextmanager
def _served(registry: Generated) -> Iterator[str]:
    """The root of a registry's server."""
    line = [sys.executable, "-P", "-m", "promptctl", "serve", "--port", "0", "-C", str(registry.folder)]
    with subprocess.Popen(line, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        try:
            found = re.search(r"http://\S+?(?=/)", process.stderr.readline())
            assert found
            # The log is read, as it is where servers run: a line for each request is part of what is measured.
            threading.Thread(target=_read, args=(process.stderr,), daemon=True).start()
            yield found[0]
        finally:
            process.terminate()


def _read(log: IO[str]) -> None:
    with suppress(ValueError):  # it is closed with the server
        deque(log, 0)


def _rate(url: str, headers: Mapping[str, str]) -> float:
    """Answers a second over some connections that stay open, none of which may be an error."""
    given = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    line = ["wrk", "-t1", f"-c{_CONNECTIONS}", f"-d{_SECONDS}", *given, url]
    said = subprocess.run(line, capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in said, said
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert found, said
    return float(found[1])


def _opened(url: str) -> Any:
    return urllib.request.urlopen(url, timeout=60)  # noqa: S310 - a server on loopback that was started above


def _beside_empty(path: str, rounds: int, *, known: bool) -> Measured | str:
    """Milliseconds an answer; the client says that it has it already where it is ``known``."""
    if shutil.which("wrk") is None:
        return "wrk is not here"
    with ExitStack() as stack:
        empty, root = stack.enter_context(_empty()), stack.enter_context(_served(SERVED))
        tag = _opened(root + path).headers["etag"]
        ours, theirs = [], []
        for _ in range(rounds):
            theirs.append(_rate(empty, {}))
            ours.append(_rate(root + path, {"If-None-Match": tag} if known else {}))
    rates = statistics.median(ours), statistics.median(theirs)
    details = {"answers a second": rates[0], "empty responses a second": rates[1]}
    return Measured(ours=1000 / rates[0], reference=1000 / rates[1], details=details)


def _not_modified(rounds: int) -> Measured | str:
    return _beside_empty("/api/v1/status", rounds, known=True)


def _resolved(rounds: int) -> Measured | str:
    path = f"/api/v1/environments/prod/prompts/{SERVED.names[0]}?unit=0123456789abcdef"
    return _beside_empty(path, rounds, known=False)


def _first_page(rounds: int) -> Measured:
    """Until the first byte of the page with every prompt, when it was asked for once before."""
    with _served(THREE_HUNDRED) as root:
        size = len(_opened(root + "/").read())
        times = []
        for _ in range(rounds):
            started = time.perf_counter()
            with _opened(root + "/") as answer:
                answer.read(1)
                times.append(1000 * (time.perf_counter() - started))
    if size > 300_000:
        raise RuntimeError(f"the page has {size:,} bytes")
    return Measured(ours=statistics.median(times), reference=50.0, details={"bytes": float(size)}, note="against 50 ms")


ROWS = (
    Row(
        key="not-modified",
        group="server",
        title="304 over HTTP",
        target=">= 0.7 of the rate of the framework's empty response",
        limit=0.7,
        measure=_not_modified,
        rounds=5,
        at_least=True,
    ),
    Row(
        key="resolved",
        group="server",
        title="the prompt that a unit gets, over HTTP",
        target=">= 0.5 of the rate of the framework's empty response",
        limit=0.5,
        measure=_resolved,
        rounds=5,
        at_least=True,
    ),
    Row(
        key="first-page",
        group="server",
        title="page of the dashboard, 300 prompts",
        target="first byte <= 50 ms after warm, whole <= 300 KB",
        limit=1.0,
        measure=_first_page,
    ),
)

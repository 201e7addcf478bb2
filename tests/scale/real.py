"""The same with real clients: threads that poll a server over HTTP on loopback, and what the model says of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from statistics import median

from promptctl import Prompts
from tests.runtime.prompting import Shelf, bundle_server
from tests.scale.figures import quantile
from tests.scale.fleet import Plan, polled
from tests.scale.world import Origin, body

INTERVAL, MOVES, UNTIL = 2.0, (4.0, 8.0, 12.0), 16.0


def compared(clients: int) -> Iterator[str]:
    """What both say of so many clients: requests a second, and how soon they had what was moved."""
    origin = Origin(MOVES, seconds=0.005)
    seen = polled(Plan(clients=clients, interval=INTERVAL, paths=[origin], until=UNTIL, started=INTERVAL), origin)
    modelled = [second for found in seen.seconds.values() for second in found]
    yield _said("model", clients, sum(seen.asked.values()), modelled)
    asked, measured = _measured(clients)
    yield _said("real", clients, asked, measured)


def _said(called: str, clients: int, asked: int, seconds: list[float]) -> str:
    figures = f"median {median(seconds):.2f} s, p99 {quantile(seconds, 0.99):.2f} s, last {max(seconds):.2f} s"
    return f"{called}: {clients} clients, {asked / UNTIL:.1f} requests/s, {len(seconds)} moves seen, {figures}"


def _measured(clients: int) -> tuple[int, list[float]]:
    """Requests that came, and the seconds from each move until each client had it."""
    pause, seconds = threading.Event(), list[float]()
    with bundle_server(body(1)) as shelf, ExitStack() as stack:
        fleet = []
        for _ in range(clients):
            fleet.append(stack.enter_context(Prompts("prod", source=shelf.url, refresh_every=INTERVAL)))
            pause.wait(INTERVAL / clients)
        begun, before = time.monotonic(), len(shelf.asked)
        for number, at in enumerate((*MOVES, UNTIL), 2):
            pause.wait(max(0.0, begun + at - time.monotonic()))
            seconds += _until_seen(shelf, fleet, number) if at in MOVES else []
        return len(shelf.asked) - before, seconds


def _until_seen(shelf: Shelf, fleet: list[Prompts], serial: int) -> list[float]:
    """Moves the pointer, and looks at all clients every few milliseconds."""
    pause, moved, seconds = threading.Event(), time.monotonic(), list[float]()
    shelf.data, shelf.tag, waiting = body(serial), f'"{serial}"', list(fleet)
    while waiting:
        pause.wait(0.01)
        now = time.monotonic() - moved
        still = [it for it in waiting if it.status().serials["greet"] < serial]
        seconds += [now] * (len(waiting) - len(still))
        waiting = still
    return seconds

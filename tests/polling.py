"""Clients that ask for one prompt again and again, each over a connection of its own, with the entity tag it has."""

from __future__ import annotations

import asyncio
import json
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One answer: when it was asked for, when it was there, and the body that the client goes by from then on."""

    client: int
    began: float
    ended: float
    status: int
    body: bytes

    @property
    def version(self) -> str:
        return str(json.loads(self.body)["version"])


async def _client(number: int, where: tuple[str, int], path: str, interval: float, stop: asyncio.Event) -> list[Seen]:
    reader, writer = await asyncio.open_connection(*where)
    found: list[Seen] = []
    tag, body = "", b""
    last = False
    while not last:
        last = stop.is_set()
        began = perf_counter()
        have = f"If-None-Match: {tag}\r\n" if tag else ""
        writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{have}\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        fields = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if line)
        status = int(head.split(" ", 2)[1])
        if status != 304:
            body = await reader.readexactly(int(fields["content-length"]))
        tag = fields.get("etag", "")
        found.append(Seen(client=number, began=began, ended=perf_counter(), status=status, body=body))
        try:
            await asyncio.wait_for(stop.wait(), interval)
        except TimeoutError:
            continue
    writer.close()
    return found


async def _polled(
    clients: int, url: str, path: str, interval: float, act: Callable[[], None], rounds: int
) -> list[Seen]:
    host, _, port = url.removeprefix("http://").partition(":")
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        tasks = []
        for number in range(clients):
            tasks.append(group.create_task(_client(number, (host, int(port)), path, interval, stop)))
            await asyncio.sleep(interval / clients)
        await asyncio.sleep(rounds * interval)
        await asyncio.to_thread(act)
        await asyncio.sleep(rounds * interval)
        stop.set()
    return [seen for task in tasks for seen in task.result()]


def polled(
    clients: int, url: str, path: str, interval: float, act: Callable[[], None], *, rounds: int = 0
) -> list[Seen]:
    """What clients saw that ask every ``interval`` seconds while ``act`` runs, their beginnings spread over it; so many
    ``rounds`` before it and after it, and each once at the end."""
    return asyncio.run(_polled(clients, url, path, interval, act, rounds))


def require_sound(seen: list[Seen], bodies: dict[str, bytes], clients: int) -> None:
    """Insists that each answer is one of the whole ``bodies`` by version, in their order and never back, that each
    client has the last one at its end, and that nobody who asked after the first new answer got an old one."""
    order = list(bodies)
    assert {it.status for it in seen} == {200, 304}
    assert {it.body for it in seen} == set(bodies.values())
    for number in range(clients):
        versions = [order.index(it.version) for it in seen if it.client == number]
        assert versions == sorted(versions)
        assert versions[-1] == len(order) - 1
    for place, version in enumerate(order):
        first = min(it.ended for it in seen if it.version == version)
        assert all(order.index(it.version) >= place for it in seen if it.began > first)


def figures(seen: list[Seen], version: str, landed: float) -> str:
    """How long clients went without a version after it had landed, and how many answers were 304."""
    firsts: dict[int, float] = {}
    for it in seen:
        if it.version == version:
            firsts[it.client] = min(firsts.get(it.client, it.ended), it.ended)
    late = [at - landed for at in firsts.values()]
    spread = max(firsts.values()) - min(firsts.values())
    known = sum(it.status == 304 for it in seen) / len(seen)
    return (
        f"{version}: seen by {len(firsts)} after {statistics.median(late):.2f} s (median), {max(late):.2f} s (all),"
        f" within {spread:.2f} s of each other; {len(seen)} answers, {known:.1%} of them 304"
    )

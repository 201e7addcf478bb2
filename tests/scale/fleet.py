"""Clients on virtual time: each is a real ``Keeper`` that takes, refuses and pauses as in an application."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from random import Random
from typing import Protocol

from promptctl.adapters.bundle_source import Fetched
from promptctl.core.moves.bundle import bundle_digest
from promptctl.errors import OutsideError
from promptctl.runtime.keeper import Keeper
from promptctl.runtime.snapshot import Snapshot
from tests.scale.world import Answer, Origin


class Asked(Protocol):
    """Whom clients ask: the origin, or an edge before it."""

    def ask(self, tag: str, at: float) -> Answer:
        """What comes of a request that is sent at a time."""


class Client:
    """A keeper and its source, which gives what the model answered."""

    name, work_tree = "the source", None

    def __init__(self, interval: float) -> None:
        self.keeper = Keeper("prod", self, None, every=interval)
        self.answer = Answer(0.0)
        self.asked_for: str | None = None
        self.held: Snapshot | None = None
        self.serial = 0
        self.outcome = ""

    def fetch(self, tag: str | None) -> Fetched | None:
        """As ``Source`` says: what the answer under way brings to a client with this tag."""
        self.asked_for, found = tag, self.answer
        if found.fault:
            self.outcome = "fault"
            raise OutsideError("PC217", found.fault)
        self.outcome = "304" if found.tag == tag else "200"
        return None if found.tag == tag else Fetched(found.data, found.tag)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """``paths`` are those that a client's request may take, one by chance each time. All clients start within
    ``started`` seconds."""

    clients: int
    interval: float
    paths: Sequence[Asked]
    until: float
    started: float = 1.0
    seed: int = 0


@dataclass
class Seen:
    """What came of it: for each serial, how many seconds after the move each client that got it had it."""

    seconds: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    looks: Counter[str] = field(default_factory=Counter)
    asked: Counter[int] = field(default_factory=Counter)
    sent: int = 0
    most_of_one: int = 0
    wrong: list[str] = field(default_factory=list)


def polled(plan: Plan, origin: Origin) -> Seen:
    """Lets all clients poll until the end of the plan."""
    chances, seen = Random(plan.seed), Seen()
    digests = {serial: bundle_digest(data) for serial, data in origin.published.items()}
    clients = [Client(plan.interval) for _ in range(plan.clients)]
    looks: Counter[Client] = Counter()
    agenda: list[tuple[float, int, Client, Answer | None]] = []
    for number, client in enumerate(clients):
        heappush(agenda, (chances.uniform(0, plan.started), number, client, None))
    while agenda[0][0] < plan.until:
        at, number, client, answer = heappop(agenda)
        if answer is None:
            seen.asked[int(at)] += 1
            looks[client] += 1
            heappush(agenda, _answered(chances.choice(plan.paths), at, number, client))
        else:
            client.answer = answer
            client.keeper.look()
            _look(client, at, origin, digests, seen)
            heappush(agenda, (at + client.keeper.pause(chances.random()), number, client, None))
    seen.most_of_one = max(looks.values())
    return seen


def _answered(path: Asked, at: float, number: int, client: Client) -> tuple[float, int, Client, Answer]:
    answer = path.ask(client.keeper._tag or "", at)
    return answer.at, number, client, answer


def _look(client: Client, at: float, origin: Origin, digests: dict[int, str | None], seen: Seen) -> None:
    """Notes what a client serves after a look, and whatever it must never do."""
    seen.looks[client.outcome] += 1
    seen.sent += len(client.answer.data) if client.outcome == "200" else 0
    found = client.keeper.snapshot
    if found is client.held:
        return
    if found is None:
        seen.wrong.append(f"{at:.1f} s: a client serves nothing any more")
        return
    serial = found.bundle.prompts["greet"].serial
    if serial <= client.serial:
        seen.wrong.append(f"{at:.1f} s: a client went from {client.serial} to {serial}")
    if found.digest != digests.get(serial):
        seen.wrong.append(f"{at:.1f} s: a client serves what was never published as {serial}")
    client.held, client.serial = found, serial
    if serial > 1:
        seen.seconds[serial].append(at - origin.moves[serial - 2])

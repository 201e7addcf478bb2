"""Half an hour of a fleet: calm moves, then everything that can be wrong with a source, each with a move within."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.scale.fleet import Asked, Plan, Seen, polled
from tests.scale.world import Edge, Origin, Trouble

INTERVAL, TTL, EDGES = 30.0, 10.0, 20
CALM = (300.0, 420.0, 540.0)
TROUBLES = (
    Trouble(begin=660, end=900, kind="failing"),
    Trouble(begin=1080, end=1200, kind="silent"),
    Trouble(begin=1380, end=1500, kind="slow"),
    Trouble(begin=1620, end=1680, kind="garbage"),
)
BEHIND = (1800.0, 1980.0, 45.0)
"""A quarter of the edges is fed by a copy that lags: from when, until when, by how many seconds."""

MOVES = (*CALM, 700.0, 1110.0, 1410.0, 1640.0, 1850.0)
NAMES = ("calm", "calm", "calm", "failing", "silent", "slow", "garbage", "old copies")
END = 2100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """A fleet's half hour: what its clients saw, and what the origin did."""

    clients: int
    cdn: bool
    origin: Origin
    seen: Seen


def lived(clients: int, *, cdn: bool, seed: int = 0) -> Lived:
    """The half hour of so many clients that all start within a second, before a CDN or none."""
    origin = Origin(MOVES, TROUBLES)
    paths: Sequence[Asked] = [origin]
    if cdn:
        paths = [Edge(origin, TTL, BEHIND if number % 4 == 0 else (0, 0, 0)) for number in range(EDGES)]
    plan = Plan(clients=clients, interval=INTERVAL, paths=paths, until=END, seed=seed)
    return Lived(clients=clients, cdn=cdn, origin=origin, seen=polled(plan, origin))

"""The source of bundles and the caches before it, as functions of virtual time: each request is answered, or fails."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.bundles import bundle_of

GARBAGE = b"<html>try again later</html>"
TIMEOUT = 10.0
"""Seconds after which clients give up (``promptctl.adapters.bundle_http.SECONDS``)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes back, and when: a body with its entity tag, or ``fault`` in words."""

    at: float
    data: bytes = b""
    tag: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What is wrong with the source for a while: "failing" (503), "silent", "slow" (three seconds) or "garbage"."""

    begin: float
    end: float
    kind: str


def body(serial: int) -> bytes:
    """The bundle with a serial."""
    return bundle_of({"greet": {"1.0.0": f"old {serial}", "1.1.0": f"new {serial}"}}, serial=serial).to_bytes()


@dataclass
class Origin:
    """``moves`` are the times at which the pointer moved: serial 2 is there from the first on, before it serial 1.

    ``seconds`` is how long a request takes there and back. Requests are counted by the second they arrive in.
    """

    moves: Sequence[float]
    troubles: Sequence[Trouble] = ()
    seconds: float = 0.05
    arrived: Counter[int] = field(default_factory=Counter)
    bodies: int = 0
    sent: int = 0

    def __post_init__(self) -> None:
        self.published: Mapping[int, bytes] = {serial: body(serial) for serial in range(1, len(self.moves) + 2)}

    def serial(self, at: float) -> int:
        """That of the bundle that is there at a time."""
        return bisect_right(self.moves, at) + 1

    def trouble(self, at: float) -> str:
        """What is wrong at a time; empty for nothing."""
        return next((it.kind for it in self.troubles if it.begin <= at < it.end), "")

    def ask(self, tag: str, at: float, lag: float = 0.0) -> Answer:
        """A request that is sent at a time and may know the tag of what it has. With a ``lag`` a copy answers that is
        so many seconds behind."""
        arrival = at + self.seconds / 2
        self.arrived[int(arrival)] += 1
        kind, after = self.trouble(arrival), at + self.seconds
        if kind == "silent":
            return Answer(at + TIMEOUT, fault="no whole answer within 10 s")
        if kind == "failing":
            return Answer(after, fault="it answers 503")
        if kind == "slow":
            after += 3.0
        if kind == "garbage":
            return Answer(after, GARBAGE, '"garbage"')
        serial = self.serial(arrival - lag)
        if tag != f'"{serial}"':
            self.bodies += 1
            self.sent += len(self.published[serial])
        return Answer(after, self.published[serial], f'"{serial}"')


@dataclass
class Edge:
    """A cache of a CDN: keeps what it was given for ``ttl`` seconds, garbage too; asks once for all who wait, and keeps
    no fault.

    ``behind`` are times between which it is fed by a copy that lags so many seconds.
    """

    origin: Origin
    ttl: float
    behind: tuple[float, float, float] = (0.0, 0.0, 0.0)
    seconds: float = 0.02
    _kept: Answer = Answer(float("-inf"))

    def ask(self, tag: str, at: float) -> Answer:
        """As the origin's; what the tag spares is only the way from the edge."""
        del tag
        arrival = at + self.seconds / 2
        if arrival >= self._kept.at + (0.0 if self._kept.fault else self.ttl):
            begin, end, lag = self.behind
            self._kept = self.origin.ask(self._kept.tag, arrival, lag if begin <= arrival < end else 0.0)
        found = self._kept
        return Answer(max(arrival, found.at) + self.seconds / 2, found.data, found.tag, found.fault)

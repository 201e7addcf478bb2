"""Where an answer came from, and what that saved; counted by the prompt that asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from promptctl.core.models.price import picodollars
from promptctl.core.models.request import Reply
from promptctl.runtime.caching.process_lock import ProcessLock

Kind = Literal["off", "miss", "exact", "semantic", "shared"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheOutcome:
    """``kind``: "off" = the cache has nothing to do with the call; "miss" = a model was asked; "exact" and "semantic"
    = the cache had the answer; "shared" = somebody was asking for it just then, and it was waited for.

    ``saved`` are the picodollars (1e-12 USD) that the answer cost when it was asked for, ``spent`` those that embedding
    the text cost now, which is part of what the call costs; None: unknown.
    """

    kind: Kind
    saved: int | None = 0
    spent: int | None = 0


def had(kind: Kind, reply: Reply, spent: int | None = 0) -> CacheOutcome:
    """The outcome of a call that needed no model."""
    return CacheOutcome(kind=kind, saved=picodollars(reply.cost), spent=spent)


@dataclass(slots=True)
class ScopeCounts:
    """What came of the calls of one prompt in this process. ``unpriced`` answers saved nobody knows how much."""

    off: int = 0
    miss: int = 0
    exact: int = 0
    semantic: int = 0
    shared: int = 0
    saved: int = 0
    spent: int = 0
    unpriced: int = 0


class Counting:
    """Counts outcomes by scope; threads may share it."""

    def __init__(self) -> None:
        self._lock = ProcessLock()
        self._counts: dict[str, ScopeCounts] = {}

    def add(self, scope: str, outcome: CacheOutcome) -> None:
        """One more call."""
        with self._lock.here():
            counts = self._counts.setdefault(scope, ScopeCounts())
            setattr(counts, outcome.kind, getattr(counts, outcome.kind) + 1)
            counts.saved += outcome.saved or 0
            counts.spent += outcome.spent or 0
            counts.unpriced += outcome.saved is None

    def by_scope(self) -> Mapping[str, ScopeCounts]:
        """The counts so far."""
        with self._lock.here():
            return dict(self._counts)

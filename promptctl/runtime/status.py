"""What an application can say of where its prompts come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from promptctl.runtime.recording.tally import Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What went wrong with a source, a file or a thread: a stable code, a sentence, when (seconds since 1970)."""

    code: str
    message: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """``state`` is "fresh" (the source was asked and answered last time), "stale" (it was not, and what it last gave is
    served), "last-good" or "fallback" (a bundle kept on this machine is served), or "empty".

    ``age`` is in seconds since the source last answered, None where it never did. ``faults`` are the last ones, and
    ``fault_count`` counts all. ``serials`` are the pointers' own; ``refreshes`` counts the bundles that were taken.
    ``events`` are what this process recorded, None before its first call; ``notes`` say what the settings ask for and
    cannot have. ``when_fault_count`` is how often this process could not say whether a split is about a call, which got
    the pointer's version then, and ``when_faults`` has the last fault of each prompt. ``shadow_count`` are the
    calls that it made beside those served, ``shadow_drop_count`` those it left out, since too many were under way.
    ``scored_count`` are the answers of the sample that were scored, ``score_drop_count`` those that were not.
    """

    environment: str
    source: str
    state: str
    digest: str | None
    commit: str | None
    time: str | None
    age: float | None
    faults: tuple[Fault, ...]
    fault_count: int
    refreshes: int
    serials: Mapping[str, int]
    events: Counts | None = None
    notes: tuple[str, ...] = ()
    when_fault_count: int = 0
    when_faults: tuple[Fault, ...] = ()
    shadow_count: int = 0
    shadow_drop_count: int = 0
    scored_count: int = 0
    score_drop_count: int = 0

    @property
    def ok(self) -> bool:
        """Whether what is served is what the source says."""
        return self.state == "fresh"

"""A circuit breaker as a value: who keeps failing is left alone for a while, then tried by a single call.

Pattern: Nygard, "Release It!", 2007. Times are seconds of any clock that the caller reads.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

State = Literal["closed", "open", "half-open"]
Admission = Literal["call", "probe", "no"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerLimits:
    """Opens after ``faults`` in a row, or when of the last ``window`` calls a share of ``error_rate`` failed.

    It stays open for ``seconds``, doubled each time the probe fails too, at most ``longest``.
    """

    faults: int = 5
    error_rate: float = 0.5
    window: int = 20
    seconds: float = 1.0
    longest: float = 60.0


NEVER = BreakerLimits(faults=1 << 60, error_rate=2.0)
"""The limits of a breaker that does not open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """What is known of one provider. ``streak`` counts faults since the last answer, ``outcomes`` holds the latest
    (True for a fault), ``openings`` how often it opened since the last answer, ``answered`` whether one ever came."""

    limits: BreakerLimits = field(default_factory=BreakerLimits)
    streak: int = 0
    outcomes: tuple[bool, ...] = ()
    openings: int = 0
    answered: bool = False
    until: float | None = None
    probing: bool = False

    def state(self, now: float) -> State:
        """ "half-open" from the moment that a probe may go out until its outcome is known."""
        if self.until is None:
            return "closed"
        return "half-open" if self.probing or now >= self.until else "open"

    def admission(self, now: float) -> Admission:
        """Whether a call may be made now: as any call, as the one probe, or not at all."""
        if self.until is None:
            return "call"
        return "probe" if not self.probing and now >= self.until else "no"

    def wait(self, now: float) -> float:
        """Seconds until asking again makes sense."""
        if self.until is None:
            return 0.0
        return max(self.until - now, self.limits.seconds / 4 if self.probing else 0.0)

    def room(self, *, cautious: bool) -> int | None:
        """How many calls may be under way before the next outcome, so that no more than ``faults`` fail; None: any.

        ``cautious`` also where nothing is known yet.
        """
        unknown = cautious and not self.answered
        if self.until is not None or not (self.streak or unknown):
            return None
        return max(1, self.limits.faults - self.streak)

    def admitted(self, admission: Admission) -> Breaker:
        """A call was let through."""
        return replace(self, probing=True) if admission == "probe" else self

    def succeeded(self, admission: Admission) -> Breaker:
        """A call was answered. Of an open breaker only the probe's answer counts: others were sent before it opened."""
        if self.until is not None and admission != "probe":
            return self
        outcomes = () if self.until is not None else self._outcomes(fault=False)
        return Breaker(limits=self.limits, answered=True, outcomes=outcomes)

    def failed(self, admission: Admission, now: float, chance: float) -> Breaker:
        """A call met a fault that is the provider's. ``chance`` is uniform in [0, 1), and spreads those who return."""
        if self.until is not None and admission != "probe":
            return self
        outcomes = self._outcomes(fault=True)
        streak = self.streak + 1
        full = len(outcomes) == self.limits.window
        often = full and sum(outcomes) >= self.limits.error_rate * self.limits.window
        if self.until is None and streak < self.limits.faults and not often:
            return replace(self, streak=streak, outcomes=outcomes)
        most = min(self.limits.longest, self.limits.seconds * 2 ** min(self.openings, 30))
        return replace(
            self,
            streak=streak,
            outcomes=(),
            openings=self.openings + 1,
            until=now + most * (1 + chance) / 2,
            probing=False,
        )

    def released(self, admission: Admission) -> Breaker:
        """A call ended without telling anything about the provider; the next one may be the probe."""
        return replace(self, probing=False) if admission == "probe" else self

    def _outcomes(self, *, fault: bool) -> tuple[bool, ...]:
        return (*self.outcomes, fault)[-self.limits.window :]

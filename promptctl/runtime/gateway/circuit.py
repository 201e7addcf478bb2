"""What is known of each provider's state, shared by all calls of a process: its breaker, and its health where asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from promptctl.adapters.providers.fault import RESTING, FaultKind, ProviderError
from promptctl.core.models.breaker import NEVER, Admission, Breaker, State
from promptctl.core.models.provider import ProviderSettings
from promptctl.core.models.provider_health import Health


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitState:
    """One provider as it stands: ``ill`` by its own thresholds, ``fault`` the last of its faults."""

    breaker: State
    ill: bool
    fault: FaultKind | None


class Circuit:
    """One provider's state. Every method takes the time, in seconds of one clock that never runs back.

    Safe between threads: each change is one exchange of a value, under a lock.
    """

    def __init__(self, provider: ProviderSettings, random: Callable[[], float], *, breaking: bool = True) -> None:
        self._provider, self._random = provider, random
        self._lock = threading.Lock()
        self._breaker = Breaker(limits=provider.breaker if breaking else NEVER)
        self._health = Health(limits=provider.health) if provider.health else None
        self._fault: FaultKind | None = None

    def usable(self, now: float) -> bool:
        """Whether it should be given a call while others could take it too."""
        return self._breaker.admission(now) != "no" and (self._health is None or self._health.admits(now))

    def given(self, now: float) -> None:
        """It was chosen for a call among several."""
        with self._lock:
            self._health = self._health and self._health.given(now)

    def admit(self, now: float) -> Admission:
        """Asks to make a call now; what is let through has to be told to ``answered``, ``failed`` or ``released``."""
        with self._lock:
            admission = self._breaker.admission(now)
            self._breaker = self._breaker.admitted(admission)
            return admission

    def answered(self, admission: Admission) -> None:
        """The provider answers."""
        with self._lock:
            self._breaker = self._breaker.succeeded(admission)

    def finished(self, latency_ms: float, now: float) -> None:
        """An answer is there, whole."""
        with self._lock:
            self._health = self._health and self._health.answered(latency_ms, now)

    def failed(self, admission: Admission, fault: ProviderError, now: float) -> None:
        """A call met this fault."""
        with self._lock:
            if fault.unhealthy and self._health:
                self._health = self._health.failed(now)
            if fault.ill:
                self._fault = fault.kind
                self._breaker = self._breaker.failed(admission, now, self._random())
            elif fault.status is not None:
                self._breaker = self._breaker.succeeded(admission)
            else:
                self._breaker = self._breaker.released(admission)

    def released(self, admission: Admission) -> None:
        """A call was given up by who made it."""
        with self._lock:
            self._breaker = self._breaker.released(admission)

    def room(self, *, cautious: bool) -> int | None:
        """How many calls may be under way before more is known; None: as many as go."""
        return self._breaker.room(cautious=cautious)

    def rests(self, now: float) -> bool:
        """Whether a call would be refused now."""
        return self._breaker.admission(now) == "no"

    @property
    def openings(self) -> int:
        """How often the breaker opened since the last answer."""
        return self._breaker.openings

    def state(self, now: float) -> CircuitState:
        """For those who watch."""
        ill = self._health is not None and self._health.ill
        return CircuitState(breaker=self._breaker.state(now), ill=ill, fault=self._fault)

    def resting(self, now: float) -> ProviderError:
        """The fault that stands for a call that is not made."""
        provider, breaker = self._provider, self._breaker
        return ProviderError(
            self._fault or "failing",
            f"{provider.name} ({provider.host}) is not asked: it failed {breaker.streak} times, the last time as "
            f"{self._fault or 'failing'}",
            retry_after=breaker.wait(now),
            hint=f"it is tried again by itself; name a `fallback` in [providers.{provider.name}]",
            code=RESTING,
        )


class Circuits:
    """The states of all providers of a process, by name. Without ``breaking`` nobody is left alone for what befell
    other calls."""

    def __init__(self, random: Callable[[], float], *, breaking: bool = True) -> None:
        self._random, self._breaking = random, breaking
        self._lock = threading.Lock()
        self._known: dict[str, Circuit] = {}

    def of(self, provider: ProviderSettings) -> Circuit:
        """The state of this provider."""
        if found := self._known.get(provider.name):
            return found
        with self._lock:
            return self._known.setdefault(provider.name, Circuit(provider, self._random, breaking=self._breaking))

    def chosen(self, shares: Iterable[tuple[ProviderSettings, float]], now: float) -> tuple[ProviderSettings, ...]:
        """All that share a model, the one that is drawn by weight first.

        Who rests or is unwell is drawn only where nobody else is left, or as a probe.
        """
        every = list(shares)
        well = [pair for pair in every if self.of(pair[0]).usable(now)] if len(every) > 1 else every
        drawn = _draw(well or every, self._random())
        self.of(drawn).given(now)
        return drawn, *(provider for provider, _ in every if provider is not drawn)


def _draw(shares: list[tuple[ProviderSettings, float]], chance: float) -> ProviderSettings:
    point = chance * sum(weight for _, weight in shares)
    for provider, weight in shares:
        point -= weight
        if point < 0:
            return provider
    return max(shares, key=lambda pair: pair[1])[0]

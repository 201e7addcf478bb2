"""When a provider does too badly to be given its share of the calls, and when it has recovered: as a value."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

RETURNS_AFTER = 3
"""Good probes in a row that bring a provider back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthLimits:
    """Over the last ``window`` calls: the share that may fail, and the milliseconds that 95 % of the answers may take
    (None: as many as they like). A provider beyond them gets one call each ``probe_seconds``."""

    error_rate: float | None = None
    latency_p95_ms: float | None = None
    window: int = 50
    probe_seconds: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """One provider's recent calls: milliseconds of each answer, None for a fault. Judged once half the window is full.

    ``ill`` since the limits were passed; then ``calls`` are the probes, and the next may go out at ``probe_at``.
    """

    limits: HealthLimits
    calls: tuple[float | None, ...] = ()
    ill: bool = False
    probe_at: float = 0.0

    def admits(self, now: float) -> bool:
        """Whether it may be given a call: always while well, now and then while ill."""
        return not self.ill or now >= self.probe_at

    def given(self, now: float) -> Health:
        """It was given a call; while it is ill, the next comes later."""
        return replace(self, probe_at=now + self.limits.probe_seconds) if self.ill else self

    def answered(self, latency_ms: float, now: float) -> Health:
        """An answer came after so many milliseconds."""
        return self._after(latency_ms, now)

    def failed(self, now: float) -> Health:
        """A call came to nothing by the provider's fault."""
        return self._after(None, now)

    def _after(self, call: float | None, now: float) -> Health:
        if self.ill:
            good = call is not None and not self._slow((call,))
            probes = (*self.calls, call) if good else ()
            return replace(self, ill=False, calls=()) if len(probes) >= RETURNS_AFTER else replace(self, calls=probes)
        calls = (*self.calls, call)[-self.limits.window :]
        if len(calls) * 2 >= self.limits.window and (self._failing(calls) or self._slow(calls)):
            return replace(self, ill=True, calls=(), probe_at=now + self.limits.probe_seconds)
        return replace(self, calls=calls)

    def _failing(self, calls: tuple[float | None, ...]) -> bool:
        most = self.limits.error_rate
        return most is not None and calls.count(None) > most * len(calls)

    def _slow(self, calls: tuple[float | None, ...]) -> bool:
        most, times = self.limits.latency_p95_ms, sorted(call for call in calls if call is not None)
        return most is not None and bool(times) and times[math.ceil(0.95 * len(times)) - 1] > most

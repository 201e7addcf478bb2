"""How often and how long one call is tried: after what the provider asked for, or full-jitter backoff."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from promptctl.adapters.providers.exchange import Bounds
from promptctl.adapters.providers.fault import ProviderError


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long one call may take: ``total`` seconds for all its attempts and the waits between them, each at most
    ``longest``.

    ``attempts`` are made at a provider, ``before_others`` where another may be asked instead. A provider that keeps
    failing is waited for until its breaker opened ``rests`` times in a row.
    """

    total: float = 600.0
    attempts: int = 6
    before_others: int = 2
    rests: int = 3
    shortest: float = 0.5
    longest: float = 60.0
    bounds: Bounds = field(default_factory=Bounds)


def wait(fault: ProviderError, attempt: int, patience: Patience, chance: float) -> float:
    """Seconds before the attempt after ``attempt`` (from 0); ``chance`` is uniform in [0, 1).

    Full jitter: uniform between nothing and ``shortest`` doubled for each attempt. What the provider asked for comes
    first, so that callers told the same time do not return in the same moment.
    Source: Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
    """
    asked = fault.retry_after
    spread = patience.shortest * (1 if asked is not None else 2**attempt)
    return min(patience.longest, asked or 0.0) + chance * min(patience.longest, spread)


class Effort:
    """What is left of one call's patience, over all providers that are asked: ``left`` seconds."""

    def __init__(self, patience: Patience, random: Callable[[], float]) -> None:
        self.patience, self.left = patience, patience.total
        self._random = random
        self._attempts = 0

    def turn(self) -> None:
        """The next provider is asked."""
        self._attempts = 0

    def spend(self, seconds: float) -> None:
        """Time went by."""
        self.left -= seconds

    def expired(self) -> ProviderError:
        """The fault of a call that took too long."""
        return ProviderError("timeout", f"no answer within {self.patience.total:g} s")

    def pause(self, fault: ProviderError, *, others: bool, openings: int = 0) -> float | None:
        """Seconds until the provider is asked again after this fault, which are spent with it; None: not at all.

        ``others``: somebody else could be asked. ``openings``: how often its breaker opened.
        """
        if fault.resting:
            again, number = not others and openings <= self.patience.rests, 0
        else:
            number = self._attempts
            self._attempts += 1
            most = self.patience.before_others if others else self.patience.attempts
            again = fault.passing and self._attempts < most and not (others and fault.retry_after)
        seconds = wait(fault, number, self.patience, self._random())
        self.spend(seconds if again else 0.0)
        return seconds if again and self.left > 0 else None

"""When a run of suites ends before its end: after so many failures, or before a call that would cost too much."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from promptctl.core.counting import count


class Stopped(Exception):
    """A call is not made, since the run has ended."""


class Stopping:
    """The bounds of one run, over all its suites; ``reason`` says in words which was met, None while none is.

    ``maxfail`` counts answers that fail or err, ``max_cost`` is in US dollars. A call whose price stays unknown counts
    for what was expected.
    """

    def __init__(self, *, maxfail: int | None = None, max_cost: float | None = None) -> None:
        self.maxfail, self.max_cost = maxfail, max_cost
        self.reason: str | None = None
        self._failures = 0
        self._spent = 0.0

    @property
    def spent(self) -> float:
        """What calls cost so far, those under way at the price expected of them."""
        return self._spent

    def takes(self, price: float) -> bool:
        """Whether so much more keeps to the bound, and the run has not ended."""
        return self.reason is None and (self.max_cost is None or self._spent + price <= self.max_cost)

    def failed(self) -> None:
        """One more answer failed or erred."""
        self._failures += 1
        if self.maxfail is not None and self._failures >= self.maxfail:
            self.reason = self.reason or f"stopped after {count(self._failures, 'failure')} (--maxfail)"

    def refuse(self, calls: int, price: float) -> None:
        """Ends the run before it begins when what it would cost is over the bound."""
        if self.max_cost is not None and price > self.max_cost:
            what = f"{count(calls, 'call')} would cost about {dollars(price)}"
            self.reason = f"not begun: {what}, over --max-cost {dollars(self.max_cost)}"

    @contextmanager
    def call(self, expected: float) -> Iterator[Callable[[float | None], None]]:
        """A call of this price: while it is under way its price counts as spent; what it yields takes the real one.

        Raises Stopped when the price would pass the bound. A call that fails is taken for free.
        """
        if self.max_cost is not None and self._spent + expected > self.max_cost:
            self.reason = self.reason or (
                f"stopped: {dollars(self._spent)} are spent or under way, and the next call of about "
                f"{dollars(expected)} would pass --max-cost {dollars(self.max_cost)}"
            )
            raise Stopped(self.reason)
        paid = 0.0
        self._spent += expected

        def settle(cost: float | None) -> None:
            nonlocal paid
            paid = expected if cost is None else cost

        try:
            yield settle
        finally:
            self._spent += paid - expected


def dollars(amount: float) -> str:
    """An amount as people read it, small ones to their second digit."""
    return f"${amount:.2f}" if amount >= 1 or amount == 0 else f"${amount:.2g}" if amount < 0.01 else f"${amount:.4f}"

"""How long a write goes on while others come first: so many tries, so many seconds, and a random pause between two."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Tries:
    """At most ``most`` tries; none begins later than ``seconds`` after the first.

    Full jitter: each pause is uniform between nothing and ``shortest`` doubled for each try, at most ``longest``, so
    that those who lost together do not return together. ``chance`` is uniform in [0, 1).
    Source: Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
    """

    most: int = 50
    seconds: float = 60.0
    shortest: float = 0.1
    longest: float = 2.0
    clock: Callable[[], float] = time.monotonic
    chance: Callable[[], float] = random.random
    sleep: Callable[[float], None] = time.sleep

    def __iter__(self) -> Iterator[int]:
        """The number of each try, from 1; pauses when the next is asked for."""
        ends = self.clock() + self.seconds
        for number in range(1, self.most + 1):
            yield number
            pause = self.chance() * min(self.longest, self.shortest * 2 ** (number - 1))
            if number == self.most or self.clock() + pause >= ends:
                return
            self.sleep(pause)

"""Binary search for the first of some states that is bad, where some cannot be judged, as ``git bisect`` does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Outcome = Literal["good", "bad", "skip"]


@dataclass(frozen=True, slots=True)
class Found:
    """The last good state, and those that may be the first bad one: several only where the ones between are skipped."""

    good: int
    suspects: tuple[int, ...]


def first_bad(count: int, judge: Callable[[int], Outcome]) -> Found:
    """Searches states 0 to ``count - 1``, of which the first is known to be good and the last to be bad.

    Each is judged at most once; a skipped one is gone round by the nearest that is left.
    """
    good, bad, skipped = 0, count - 1, set[int]()
    while left := [index for index in range(good + 1, bad) if index not in skipped]:
        middle = min(left, key=lambda index: (abs(2 * index - good - bad), index))
        outcome = judge(middle)
        if outcome == "skip":
            skipped.add(middle)
        elif outcome == "good":
            good = middle
        else:
            bad = middle
    return Found(good, tuple(range(good + 1, bad + 1)))

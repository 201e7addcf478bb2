"""Which stretches of two sequences belong together, in bounded time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import TypeVar

MAX_WORK = 2_000_000
"""Pairs of equal items that one comparison may look at; about a second."""

Item = TypeVar("Item", bound=Hashable)


def matched(old: Sequence[Item], new: Sequence[Item], work: int = MAX_WORK) -> Iterator[tuple[range, range]]:
    """Index ranges of both sides in order, equal stretches apart from others, that together cover both sides.

    The matcher's work grows with how often equal items repeat; where that is more than ``work``, all between the
    common start and the common end is one stretch.
    """
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    old_end, new_end = len(old) - end, len(new) - end
    yield range(start), range(start)
    middle, new_middle = old[start:old_end], new[start:new_end]
    if matching_work(middle, new_middle) > work:
        yield range(start, old_end), range(start, new_end)
    else:
        for _, a, b, c, d in SequenceMatcher(None, middle, new_middle, autojunk=False).get_opcodes():
            yield range(start + a, start + b), range(start + c, start + d)
    yield range(old_end, len(old)), range(new_end, len(new))


def matching_work(old: Sequence[Item], new: Sequence[Item]) -> int:
    """How many pairs of equal items two sequences have."""
    counts = Counter(new)
    return sum(counts[item] for item in old)


def _common(old: Sequence[Item], new: Sequence[Item]) -> int:
    count = 0
    for before, after in zip(old, new, strict=False):
        if before != after:
            break
        count += 1
    return count

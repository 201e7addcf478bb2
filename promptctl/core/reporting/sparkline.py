"""A row of bars that says how something went."""

from __future__ import annotations

from collections.abc import Sequence

_BARS = "▁▂▃▄▅▆▇█"
WIDTH = 24


def sparkline(values: Sequence[int]) -> str:
    """One bar for each of the values, or for each sum of neighbours where they are more than ``WIDTH``; the highest is
    the largest. A space where there is nothing at all."""
    each = -(-len(values) // WIDTH) if values else 1
    first = len(values) % each
    sums = [sum(values[:first])] if first else []
    sums += [sum(values[place : place + each]) for place in range(first, len(values), each)]
    most = max(sums, default=0)
    if most <= 0:
        return ""
    return "".join(" " if value <= 0 else _BARS[min(7, value * 8 // most)] for value in sums)

"""Which arm of a split a unit is in: a pure function of salt and unit. Pinned by the vectors in ``spec/assign``."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from struct import Struct

from promptctl.core.splits.split import WHOLE, Split

_PREFIX = "promptctl-assign/v1|"


def position(salt: str, unit: str) -> int:
    """Where a unit stands in [0, 10000): ⌊u · 10000⌋, u = the top 53 bits of the SHA-256 of prefix, salt, unit / 2⁵³.

    Reckoned in whole numbers, so that no rounding can differ between languages.
    """
    return _finder(salt, range(WHOLE))(unit)


def assigner(split: Split) -> Callable[[str], int]:
    """Gives for a unit the index of its arm in ``split.arms``: one hash and one look into a table."""
    return _finder(split.salt, bytes(_table(split)))


def shadowing_assigner(split: Split) -> Callable[[str], int]:
    """As ``assigner``; for a unit whose calls cast a shadow, the number of arms more.

    That are those below ``split.shadow`` while it runs, except the last arm's own, who have its version anyway.
    """
    table, last = _table(split), len(split.arms) - 1
    for place in range(round(split.shadow * WHOLE / 100) if split.state == "running" else 0):
        if table[place] != last:
            table[place] += len(split.arms)
    return _finder(split.salt, bytes(table))


def _table(split: Split) -> bytearray:
    """The index of the arm at each position."""
    table = bytearray(WHOLE)
    for index, arm in enumerate(split.arms):
        for start, end in arm.ranges:
            table[start:end] = bytes([index]) * (end - start)
    return table


def _finder(salt: str, table: bytes | range) -> Callable[[str], int]:
    """What the table has at a unit's position. One function, since it runs at every call of an application."""
    prefix, sha256, first_64_bits = f"{_PREFIX}{salt}|".encode(), hashlib.sha256, Struct(">Q").unpack_from

    def find(unit: str) -> int:
        try:
            name = unit.encode()
        except UnicodeEncodeError:
            name = unit.encode("utf-8", "surrogatepass")
        bits: int = first_64_bits(sha256(prefix + name).digest())[0] >> 11
        return table[bits * WHOLE >> 53]

    return find

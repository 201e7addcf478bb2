"""Which arm of a split a unit is in: a pure function of salt and unit. Pinned by the vectors in ``spec/assign``."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from promptctl.core.split import WHOLE, Split

_PREFIX = "promptctl-assign/v1|"


def position(salt: str, unit: str) -> int:
    """Where a unit stands in [0, 10000): ⌊u · 10000⌋, u = the top 53 bits of the SHA-256 of prefix, salt, unit / 2⁵³.

    Reckoned in whole numbers, so that no rounding can differ between languages.
    """
    return _placed(f"{_PREFIX}{salt}|".encode())(unit)


def _placed(prefix: bytes) -> Callable[[str], int]:
    sha256, number = hashlib.sha256, int.from_bytes

    def place(unit: str) -> int:
        hashed = sha256(prefix + unit.encode("utf-8", "surrogatepass")).digest()
        return (number(hashed[:8], "big") >> 11) * WHOLE >> 53

    return place


def assigner(split: Split) -> Callable[[str], int]:
    """Gives for a unit the index of its arm in ``split.arms``: one hash and one look into a table."""
    table = bytearray(WHOLE)
    for index, arm in enumerate(split.arms):
        for start, end in arm.ranges:
            table[start:end] = bytes([index]) * (end - start)
    indexes, place = bytes(table), _placed(f"{_PREFIX}{split.salt}|".encode())
    return lambda unit: indexes[place(unit)]

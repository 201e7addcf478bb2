"""Names that sort by time: 48 bits of milliseconds and 80 bits of chance. Format: github.com/ulid/spec."""

from __future__ import annotations

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = tuple(high + low for high in _LETTERS for low in _LETTERS)
"""Two letters for each ten bits: half the work of one at a time."""

CHANCE_BITS = 80


def ulid(milliseconds: int, chance: int) -> str:
    """26 letters of Crockford's Base32 for a time since 1970 and ``CHANCE_BITS`` random bits."""
    number = ((milliseconds & (1 << 48) - 1) << CHANCE_BITS) | (chance & (1 << CHANCE_BITS) - 1)
    pairs = _PAIRS
    return "".join([pairs[number >> shift & 1023] for shift in range(120, -1, -10)])


def ulid_milliseconds(name: str) -> int | None:
    """The time in a ULID, in milliseconds since 1970; None for what is no ULID."""
    if len(name) != 26 or name[0] > "7" or any(letter not in _LETTERS for letter in name):
        return None
    number = 0
    for letter in name[:10]:
        number = number << 5 | _LETTERS.index(letter)
    return number

"""Numbers of things as sentences say them."""

from __future__ import annotations


def count(number: int, word: str) -> str:
    """ "1 prompt", "3 prompts", "2 entries", "2 days"."""
    plural = f"{word[:-1]}ies" if word.endswith("y") and word[-2] not in "aeou" else f"{word}s"
    return f"{number} {word if number == 1 else plural}"

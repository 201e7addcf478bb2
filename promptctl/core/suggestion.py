"""Did you mean: the nearest of the known words."""

from __future__ import annotations

from collections.abc import Iterable

_LONGEST = 160
"""Characters of what could be a slip of the pen; comparing takes the square of the length."""


def suggest(word: str, known: Iterable[str]) -> str | None:
    """A hint "did you mean `x`?" when ``known`` holds something close to ``word``."""
    import difflib

    if len(word) > _LONGEST:
        return None
    near = [other for other in known if len(other) <= _LONGEST]
    close = difflib.get_close_matches(word, near, n=1, cutoff=0.6)
    return f"did you mean `{close[0]}`?" if close else None

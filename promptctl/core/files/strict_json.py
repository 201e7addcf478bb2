"""JSON without what Python lets pass, for every file whose meaning must not depend on who reads it."""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import Any

MOST_VALUES = 2_000_000
"""Values in one text, about: an empty list is two characters, and takes a hundred bytes once it is read."""


def strict_json(text: str) -> Any:
    """The value that a text spells.

    Raises ValueError: not JSON, NaN, infinity or a number as large, a key twice, half a surrogate pair, too deep or
    too many values.
    """
    if sum(text.count(mark) for mark in "[{,") > MOST_VALUES:
        raise ValueError(f"more than {MOST_VALUES} values")
    try:
        value = json.loads(text, parse_constant=_refuse, parse_float=_finite, object_pairs_hook=_unique)
        # One character is found much faster than several, and most texts have no backslash.
        if "\\" in text and ("\\ud" in text or "\\uD" in text):
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise ValueError("it spells half a character") from None
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return value


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON number")


def _finite(spelled: str) -> float:
    number = float(spelled)
    if not math.isfinite(number):
        raise ValueError(f"the number {spelled[:20]} is too large")
    return number


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        raise ValueError(f"the key {twice!r} stands twice")
    return found

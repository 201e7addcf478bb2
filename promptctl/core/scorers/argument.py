"""Reads the arguments of expectations: texts, numbers and ranges, each with the sentence that refuses it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)


def text_of(value: Any) -> str | None:
    """A scalar as text: a string as it is, a number or boolean as JSON spells it; None for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    return None


def text_fault(value: Any) -> str | None:
    """Why ``value`` is not a text to look for: a needle that is empty is found in every answer."""
    if text_of(value) is None:
        return "needs a text"
    return None if text_of(value) else "needs a text that is not empty"


def texts_of(value: Any) -> list[str]:
    """The texts of a checked argument, be it one text or a list of them."""
    found = value if isinstance(value, list | tuple) else [value]
    return [text for text in map(text_of, found) if text is not None]


def texts_fault(value: Any) -> str | None:
    """Why ``value`` is not a list of texts to look for."""
    if not isinstance(value, list | tuple) or not value:
        return "needs a list of texts"
    return next((f"item {index}: {fault}" for index, item in enumerate(value, 1) if (fault := text_fault(item))), None)


def number_of(value: Any) -> float | None:
    """A finite number, also one spelled as text since data sets in CSV hold only text; None for anything else."""
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def keys_fault(value: Mapping[str, Any], required: tuple[str, ...], optional: tuple[str, ...] = ()) -> str | None:
    """Which key is missing or unknown."""
    for name in required:
        if name not in value:
            return f"lacks the key `{name}`"
    known = (*required, *optional)
    unknown = next((name for name in value if name not in known), None)
    return None if unknown is None else f"has the unknown key `{unknown}`; known: {', '.join(known)}"


def range_fault(value: Any) -> str | None:
    """Why ``value`` is neither a count nor a range ``{min, max}``."""
    if not isinstance(value, Mapping):
        number = number_of(value)
        return None if number is not None and number >= 0 else "needs a number of at least 0, or {min, max}"
    if fault := keys_fault(value, (), ("min", "max")):
        return fault
    if not value:
        return "needs `min`, `max` or both"
    for name, bound in value.items():
        number = number_of(bound)
        if number is None or number < 0:
            return f"`{name}` must be a number of at least 0"
    low, high = range_of(value)
    return f"min {low:g} is greater than max {high:g}" if low > high else None


def range_of(value: Any) -> tuple[float, float]:
    """The bounds of a checked argument; a lone number is both."""
    if isinstance(value, Mapping):
        low, high = number_of(value.get("min", 0)), number_of(value.get("max"))
        return low or 0.0, math.inf if high is None else high
    exact = number_of(value) or 0.0
    return exact, exact


def share_fault(value: Any) -> str | None:
    """Why what ``min`` asks for is not a share within (0, 1]."""
    number = number_of(value)
    return None if number is not None and 0 < number <= 1 else "`min` must be a number above 0 and at most 1"

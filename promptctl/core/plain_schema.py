"""The most frequent JSON Schemas, compared without the validator: loading it takes longer than rendering a prompt."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

_SAID = frozenset({"title", "description", "$comment"})
_OF_TEXT = frozenset({"type", "enum", "minLength", "maxLength", *_SAID})
_OF_LISTS = frozenset({"type", "items", *_SAID})
_OF_OTHERS = frozenset({"type", *_SAID})
_ATOMS = frozenset({int, bool, float, type(None)})
_MOST_PARTS = 100_000
_TYPES: Mapping[type, tuple[str, ...]] = {
    str: ("string",),
    bool: ("boolean",),
    int: ("integer", "number"),
    list: ("array",),
    dict: ("object",),
}


def plainly_fits(schema: Any, value: Any) -> bool:
    """Whether ``value`` fits a schema of a type, a list of texts, a length or the type of items, or one that takes
    anything; False where the validator has to say."""
    if schema == {}:
        return _is_data(value)
    if not isinstance(schema, dict) or any(type(schema[key]) is not str for key in _SAID & schema.keys()):
        return False
    kind = type(value)
    if "type" not in schema:
        return schema.keys() <= _SAID and _is_data(value)
    # A text is compared with a set of texts only: what is no type at all is for the validator.
    if not isinstance(schema["type"], str) or schema["type"] not in _TYPES.get(kind, ()):
        return False
    if kind is str:
        return schema.keys() <= _OF_TEXT and _is_text_within(schema, value)
    if kind is list:
        items = schema.get("items")
        fits = _is_data(value) if items is None else all(plainly_fits(items, item) for item in value)
        return schema.keys() <= _OF_LISTS and fits
    return schema.keys() <= _OF_OTHERS and (kind is not dict or _is_data(value))


def _is_text_within(schema: Mapping[str, Any], text: str) -> bool:
    low, high, choices = schema.get("minLength", 0), schema.get("maxLength", len(text)), schema.get("enum", [text])
    if type(low) is not int or type(high) is not int or type(choices) is not list:
        return False
    return 0 <= low <= len(text) <= high and text in choices and _is_unicode(text)


def _is_data(value: Any) -> bool:
    """Whether a value is what JSON can spell, and small enough to look at all of it."""
    waiting, seen = [value], 0
    try:
        while waiting:
            item = waiting.pop()
            kind = type(item)
            if kind is str:
                if not item.isascii():
                    item.encode()
            elif kind is dict:
                # Joining fails where a key is no text.
                waiting.append("".join(item))
                waiting += item.values()
                seen += len(item)
            elif kind is list:
                waiting += item
                seen += len(item)
            elif kind not in _ATOMS or (kind is float and not math.isfinite(item)):
                return False
            if seen > _MOST_PARTS:
                return False
    except (TypeError, UnicodeEncodeError):
        return False
    return True


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True

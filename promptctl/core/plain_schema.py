"""The most frequent JSON Schemas, compared without the validator: loading it takes longer than rendering a prompt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_SAID = ("title", "description", "$comment")
_KNOWN = frozenset({"type", "enum", "minLength", "maxLength", *_SAID})
_TYPES: Mapping[type, tuple[str, ...]] = {
    str: ("string",),
    bool: ("boolean",),
    int: ("integer", "number"),
}


def plainly_fits(schema: Any, value: Any) -> bool:
    """Whether ``value`` fits a schema of a type, a list of texts and a length; False where the validator has to say."""
    if not isinstance(schema, dict) or not _KNOWN.issuperset(schema):
        return False
    if schema.get("type") not in _TYPES.get(type(value), ()) or any(
        type(schema.get(key, "")) is not str for key in _SAID
    ):
        return False
    return _is_text_within(schema, value) if isinstance(value, str) else not schema.keys() - {"type", *_SAID}


def _is_text_within(schema: Mapping[str, Any], text: str) -> bool:
    low, high, choices = schema.get("minLength", 0), schema.get("maxLength", len(text)), schema.get("enum", [text])
    if type(low) is not int or type(high) is not int or type(choices) is not list:
        return False
    return 0 <= low <= len(text) <= high and text in choices and _is_unicode(text)


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True

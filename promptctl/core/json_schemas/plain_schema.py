"""The most frequent JSON Schemas, compared without the validator: loading it takes longer than rendering a prompt.

What fits here fits for the validator too, which looks at a value only where the schema says something about it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

Test = Callable[[Any], bool]
"""Whether a value fits; False where the validator has to say."""

_SAID = frozenset({"title", "description", "$comment"})
_OF_TEXT = frozenset({"type", "enum", "minLength", "maxLength", *_SAID})
_OF_LISTS = frozenset({"type", "items", *_SAID})
_OF_OTHERS = frozenset({"type", *_SAID})
_TYPES: Mapping[str, frozenset[type]] = {
    "boolean": frozenset({bool}),
    "integer": frozenset({int}),
    "number": frozenset({int}),
}
_ATOMS = frozenset({int, bool, float, list, type(None)})
_TEXTS = frozenset({str})


def plainly_fits(schema: Any, value: Any) -> bool:
    """Whether ``value`` fits a schema of a type, a list of texts, a length or the type of items, or one that takes
    anything; False where the validator has to say."""
    test = plain_test(schema)
    return test is not None and test(value)


def plain_test(schema: Any) -> Test | None:
    """The test that a schema of these kinds stands for, made once for many values; None for all other schemas."""
    if not isinstance(schema, dict) or any(type(schema[key]) is not str for key in _SAID & schema.keys()):
        return None
    keys, kind = schema.keys(), schema.get("type")
    if "type" not in schema:
        return is_json if keys <= _SAID else None
    if kind == "string":
        return _of_texts(schema) if keys <= _OF_TEXT else None
    if kind == "array":
        return _of_lists(schema) if keys <= _OF_LISTS else None
    if not isinstance(kind, str) or not keys <= _OF_OTHERS:
        return None
    if kind == "object":
        return _is_object
    types = _TYPES.get(kind)
    return (lambda value: type(value) in types) if types else None


def is_json(value: Any) -> bool:
    """Whether a schema that says nothing takes a value: what is in it is nobody's question."""
    kind = type(value)
    return kind in _ATOMS or (_is_unicode(value) if kind is str else kind is dict and _is_object(value))


def _of_texts(schema: Mapping[str, Any]) -> Test | None:
    low, high, choices = schema.get("minLength", 0), schema.get("maxLength", sys.maxsize), schema.get("enum", [])
    if type(low) is not int or type(high) is not int or type(choices) is not list or low < 0:
        return None
    among = frozenset(choice for choice in choices if type(choice) is str) if "enum" in schema else None
    return lambda value: (
        type(value) is str
        and low <= len(value) <= high
        and (among is None or value in among)
        and (value.isascii() or _is_unicode(value))
    )


def _of_lists(schema: Mapping[str, Any]) -> Test | None:
    if "items" not in schema:
        return lambda value: type(value) is list
    inner = plain_test(schema["items"])
    return None if inner is None else lambda value: type(value) is list and all(map(inner, value))


def _is_object(value: Any) -> bool:
    return type(value) is dict and _TEXTS.issuperset(map(type, value))


def _is_unicode(text: str) -> bool:
    """Whether no half of a surrogate pair stands in it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True

"""Makes up values that fit a JSON Schema, for the cases that ``new`` writes; always the same ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from promptctl.core.json_schemas.value_schema import value_fault
from promptctl.core.prompts.prompt import MISSING, Input

_TEXTS = ("How long does a parcel to Norway take?", "Thank you, that was helpful.")
_FORMATS = {
    "date": ("2026-11-20", "2027-01-31"),
    "date-time": ("2026-11-20T12:00:00Z", "2027-01-31T08:30:00Z"),
    "time": ("12:00:00Z", "08:30:00Z"),
    "email": ("ada@example.org", "max@example.org"),
    "hostname": ("example.org", "example.com"),
    "uri": ("https://example.org/a", "https://example.org/b"),
    "uuid": ("8c1e7f5e-3f5d-4a52-9d0e-0d7f2f5b8a11", "2b9f2f0c-6f0a-4d0b-8a56-5a5a0f1c7d22"),
}
_MAX_DEPTH = 8


def sample(found: Input, index: int = 0) -> Any:
    """The value number ``index`` for an input, or MISSING when none could be made up that its schema accepts."""
    return next(_fitting(found.schema, index, 0), MISSING)


def _fitting(schema: Any, index: int, depth: int) -> Iterator[Any]:
    if depth > _MAX_DEPTH:
        return
    for value in _candidates(_mapping(schema), index, depth):
        if value_fault(_mapping(schema), value) is None:
            yield value


def _candidates(schema: Mapping[str, Any], index: int, depth: int) -> Iterator[Any]:
    """What may fit, the likeliest first: what the schema itself names, then its type's values."""
    for key in ("examples", "enum"):
        named = schema.get(key)
        if isinstance(named, list) and named:
            yield named[index % len(named)]
            yield from named
    for key in ("const", "default"):
        if key in schema:
            yield schema[key]
    for merged in _merged(schema):
        yield from _fitting(merged, index, depth + 1)
    written = schema.get("type", _type_of(schema))
    for kind in written if isinstance(written, list) else [written]:
        yield from _of_type(kind, schema, index, depth)


def _merged(schema: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The schema with one of its alternatives, or with all it combines, laid over the rest of it."""
    for key in ("oneOf", "anyOf"):
        for inner in schema.get(key, ()):
            yield {**{name: value for name, value in schema.items() if name != key}, **_mapping(inner)}
    if "allOf" in schema:
        merged = {name: value for name, value in schema.items() if name != "allOf"}
        for inner in schema["allOf"]:
            merged |= _mapping(inner)
        yield merged


def _mapping(schema: Any) -> Mapping[str, Any]:
    return schema if isinstance(schema, Mapping) else {}


def _type_of(schema: Mapping[str, Any]) -> str:
    if "properties" in schema or "required" in schema:
        return "object"
    return "array" if "items" in schema else "string"


def _of_type(kind: Any, schema: Mapping[str, Any], index: int, depth: int) -> Iterator[Any]:
    if kind == "string":
        yield from _strings(schema, index)
    elif kind in ("integer", "number"):
        yield from _numbers(schema, index)
    elif kind == "boolean":
        yield index % 2 == 0
    elif kind == "null":
        yield None
    elif kind == "array":
        yield from _arrays(schema, index, depth)
    elif kind == "object":
        yield from _objects(schema, index, depth)


def _strings(schema: Mapping[str, Any], index: int) -> Iterator[str]:
    texts = _FORMATS.get(schema.get("format", ""), _TEXTS)
    text = texts[index % len(texts)]
    shortest, longest = int(schema.get("minLength", 0)), schema.get("maxLength")
    while 0 < len(text) < min(shortest, 100_000):
        text += " " + text
    yield text if longest is None else text[: int(longest)].rstrip() or text[: int(longest)]
    yield text if longest is None else text[: int(longest)]


def _numbers(schema: Mapping[str, Any], index: int) -> Iterator[int | float]:
    step = schema.get("multipleOf", 1)
    low = schema.get("minimum", schema.get("exclusiveMinimum", 0))
    yield from (index + 1, low, low + 1, low + step, step * (low // step + 1), schema.get("maximum", 0), low + 0.5)


def _arrays(schema: Mapping[str, Any], index: int, depth: int) -> Iterator[list[Any]]:
    count = max(int(schema.get("minItems", 0)), 1)
    items = [
        next(_fitting(schema.get("items"), index + number, depth + 1), MISSING) for number in range(min(count, 50))
    ]
    if MISSING not in items:
        yield items
    yield []


def _objects(schema: Mapping[str, Any], index: int, depth: int) -> Iterator[dict[str, Any]]:
    known = schema.get("properties", {})
    for names in (known, schema.get("required", ())):
        made = {name: next(_fitting(known.get(name), index, depth + 1), MISSING) for name in names}
        if MISSING not in made.values():
            yield made

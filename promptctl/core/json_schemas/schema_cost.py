"""How many steps comparing a value with a JSON Schema takes, counted before it is done.

References let a small schema name itself so often that comparing takes longer than anybody waits; the validator has no
bound of its own. Each pair of a subschema and a part of the value is counted once, and counting has a bound of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

MAX_STEPS = 1_000_000
_MAX_LOOKS = 200_000
"""Pairs that counting looks at: it takes about as long for each as the validator for a hundred."""
_IN_PLACE_LISTS = ("allOf", "anyOf", "oneOf")
_IN_PLACE = ("not", "if", "then", "else")
_OF_ITEMS = ("items", "contains", "unevaluatedItems")
_OF_FIELDS = ("additionalProperties", "unevaluatedProperties")
_REFERENCES = ("$ref", "$dynamicRef")
_DEEPEST = 200
Pair = tuple[Any, Any]


class _Endless(Exception):
    """More steps than are allowed, or a nesting that the counting does not follow."""


def affordable(schema: Any, value: Any) -> bool:
    """Whether ``value`` can be compared with ``schema`` within the steps allowed."""
    if not isinstance(schema, Mapping):
        return True
    parts, refers = _size(schema)
    if not refers and parts * _size(value)[0] <= MAX_STEPS:
        return True
    return _counted(schema, value)


def _size(value: Any) -> tuple[int, bool]:
    """How many parts a value has, and whether it holds the key of a reference."""
    waiting, parts, refers = [value], 0, False
    while waiting:
        item = waiting.pop()
        parts += 1
        if isinstance(item, Mapping):
            refers = refers or any(key in item for key in _REFERENCES)
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
    return parts, refers


def _counted(schema: Mapping[str, Any], value: Any) -> bool:
    try:
        return _Count(schema).steps(schema, value, 0) <= MAX_STEPS
    except _Endless:
        return False


class _Count:
    """Steps by pair of subschema and part of the value; a pair inside itself costs nothing more."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self.root, self.looks = root, 0
        self.known: dict[tuple[int, int], int] = {}
        self.anchors = dict(_anchors(root))

    def steps(self, schema: Any, value: Any, depth: int) -> int:
        self.looks += 1
        if self.looks > _MAX_LOOKS or depth > _DEEPEST:
            raise _Endless
        if not isinstance(schema, Mapping):
            return 1
        key = (id(schema), id(value))
        if key not in self.known:
            self.known[key] = 0
            total = 1
            for inner, part in self.pairs_below(schema, value):
                total += self.steps(inner, part, depth + 1)
                if total > MAX_STEPS:
                    raise _Endless
            self.known[key] = total + len(schema.get("enum", ()))
        return self.known[key]

    def pairs_below(self, schema: Mapping[str, Any], value: Any) -> Iterator[Pair]:
        for key in _REFERENCES:
            if key in schema:
                yield self.target(schema[key]), value
        for key in _IN_PLACE_LISTS:
            yield from ((branch, value) for branch in _list(schema.get(key)))
        for key in _IN_PLACE:
            if key in schema:
                yield schema[key], value
        yield from ((branch, value) for branch in _mapping(schema.get("dependentSchemas")).values())
        if isinstance(value, Mapping):
            yield from _field_pairs(schema, value)
        elif isinstance(value, list):
            yield from zip(_list(schema.get("prefixItems")), value, strict=False)
            for key in _OF_ITEMS:
                if isinstance(schema.get(key), Mapping):
                    yield from ((schema[key], item) for item in value)

    def target(self, reference: Any) -> Any:
        """What a reference names within the schema; the whole of it where that cannot be told."""
        spelled = str(reference)
        if spelled.startswith("#/"):
            node: Any = self.root
            for step in spelled[2:].split("/"):
                name = step.replace("~1", "/").replace("~0", "~")
                inner = _mapping(node).get(name) if not isinstance(node, list) else _item(node, name)
                if inner is None:
                    return self.root
                node = inner
            return node
        return self.anchors.get(spelled.removeprefix("#"), self.root)


def _field_pairs(schema: Mapping[str, Any], value: Mapping[str, Any]) -> Iterator[Pair]:
    named = _mapping(schema.get("properties"))
    yield from ((named[name], part) for name, part in value.items() if name in named)
    for branch in _mapping(schema.get("patternProperties")).values():
        yield from ((branch, part) for part in value.values())
    for key in _OF_FIELDS:
        if isinstance(schema.get(key), Mapping):
            yield from ((schema[key], part) for part in value.values())
    if isinstance(schema.get("propertyNames"), Mapping):
        yield from ((schema["propertyNames"], name) for name in value)


def _anchors(root: Any) -> Iterator[tuple[str, Any]]:
    waiting = [root]
    while waiting:
        item = waiting.pop()
        if isinstance(item, Mapping):
            yield from (
                (item[key], item) for key in ("$anchor", "$dynamicAnchor", "$id") if isinstance(item.get(key), str)
            )
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _item(items: list[Any], index: str) -> Any:
    return items[int(index)] if index.isascii() and index.isdigit() and int(index) < len(items) else None

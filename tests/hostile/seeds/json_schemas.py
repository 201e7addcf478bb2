"""JSON Schemas of inputs, outputs and tools that are broken, never end, grow without bound or reach out."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.hostile import seed
from tests.hostile.seed import Content, Seed

_Case = tuple[Any, Any]


def _doubling(keyword: str, levels: int = 40) -> dict[str, Any]:
    names = [f"a{level}" for level in range(levels)]
    definitions: dict[str, Any] = {
        name: {keyword: [{"$ref": f"#/$defs/a{level + 1}"}] * 2} for level, name in enumerate(names)
    }
    return {"$defs": definitions | {f"a{levels}": {"type": "integer"}}, "$ref": "#/$defs/a0"}


def _nested(key: str, levels: int) -> dict[str, Any]:
    root: dict[str, Any] = {}
    inner = root
    for _ in range(levels):
        inner[key] = {}
        inner = inner[key]
    return root


def _chain(length: int) -> dict[str, Any]:
    definitions: dict[str, Any] = {f"a{n}": {"$ref": f"#/$defs/a{n + 1}"} for n in range(length)}
    return {"$defs": definitions | {f"a{length}": {"type": "integer"}}, "$ref": "#/$defs/a0"}


def _tree(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = {"a": value}
    return value


def _branching(keyword: str) -> dict[str, Any]:
    inner = {"properties": {"a": {"$ref": "#"}}}
    return {keyword: [inner, inner, inner, {"type": "integer"}]}


_SMALL: dict[str, _Case] = {
    "self": ({"$ref": "#"}, 1),
    "self-in-all": ({"allOf": [{"$ref": "#"}]}, 1),
    "self-in-any": ({"anyOf": [{"$ref": "#"}, {"type": "integer"}]}, "x"),
    "self-in-not": ({"not": {"$ref": "#"}}, 1),
    "self-in-if": ({"if": {"$ref": "#"}, "then": {"$ref": "#"}, "else": {"$ref": "#"}}, 1),
    "mutual": ({"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"}, 1),
    "dynamic": ({"$dynamicAnchor": "a", "$dynamicRef": "#a"}, 1),
    "recursive-list": ({"type": "array", "items": {"$ref": "#"}}, [[[[]]]]),
    "unresolved": ({"$ref": "#/$defs/nobody"}, 1),
    "unresolved-anchor": ({"$ref": "#nobody"}, 1),
    "bad-pointer": ({"$ref": "#/%zz"}, 1),
    "into-a-list": ({"allOf": [{}], "$ref": "#/allOf/7"}, 1),
    "http": ({"$ref": "http://169.254.169.254/latest/meta-data/"}, 1),
    "file": ({"$ref": "file:///etc/passwd"}, 1),
    "relative": ({"$ref": "../../../etc/passwd"}, 1),
    "id": ({"$id": "http://attacker.example/x", "$ref": "y"}, 1),
    "bad-id": ({"$id": "::::"}, 1),
    "bad-anchor": ({"$anchor": "\u0000"}, 1),
    "bad-ref": ({"$ref": 1}, 1),
    "ref-null": ({"$ref": None}, 1),
    "meta": ({"$schema": "http://attacker.example/meta"}, 1),
    "draft-4": ({"$schema": "http://json-schema.org/draft-04/schema#", "minimum": 1, "exclusiveMinimum": True}, 1),
    "draft-7": ({"$schema": "http://json-schema.org/draft-07/schema#", "items": [{"type": "integer"}]}, [1]),
    "vocabulary": ({"$vocabulary": {"http://attacker.example": True}}, 1),
    "type-unknown": ({"type": "text"}, "x"),
    "type-list-empty": ({"type": []}, "x"),
    "type-number": ({"type": 1}, "x"),
    "type-twice": ({"type": ["string", "string"]}, "x"),
    "required-text": ({"required": "a"}, {}),
    "properties-list": ({"properties": []}, {}),
    "enum-empty": ({"enum": []}, 1),
    "minimum-text": ({"minimum": "1"}, 1),
    "min-negative": ({"minLength": -1}, "x"),
    "min-fraction": ({"maxLength": 1.5}, "x"),
    "min-huge": ({"minLength": 10**30}, "x"),
    "bounds-huge": ({"minimum": 10**300, "maximum": 10**301}, 10**300),
    "multiple-of-zero": ({"multipleOf": 0}, 1),
    "multiple-of-tiny": ({"multipleOf": 1e-300}, 1e300),
    "multiple-of-small": ({"multipleOf": 0.01}, 0.07),
    "false": ({"not": {}}, 1),
    "format-unknown": ({"format": "nobody"}, "x"),
    "format-regex": ({"format": "regex"}, "(" * 1000),
    "format-date": ({"format": "date-time"}, "9999-99-99T99:99:99Z"),
    "content": (
        {"contentEncoding": "base64", "contentMediaType": "application/json", "contentSchema": {"$ref": "#"}},
        "!!",
    ),
    "unevaluated": (
        {"$ref": "#/$defs/a", "$defs": {"a": {"properties": {"a": {}}}}, "unevaluatedProperties": False},
        {"b": 1},
    ),
    "python-keys": ({"properties": {"__class__": {"type": "string"}}}, {"__class__": 1}),
    "annotations-odd": ({"title": 1, "description": [], "examples": 3}, 1),
    "control-keys": ({"properties": {"\u001b[2J": {"type": "string"}}, "required": ["\u202e"]}, {"\u001b[2J": 1}),
}
_LARGE: dict[str, Callable[[], _Case]] = {
    "doubling-any": lambda: (_doubling("anyOf"), "x"),
    "doubling-all": lambda: (_doubling("allOf"), 1),
    "doubling-all-wrong": lambda: (_doubling("allOf"), "x"),
    "doubling-one": lambda: (_doubling("oneOf"), "x"),
    "branching-any": lambda: (_branching("anyOf"), _tree(28)),
    "branching-all": lambda: (_branching("allOf"), _tree(28)),
    "branching-one": lambda: (_branching("oneOf"), _tree(28)),
    "long-chain": lambda: (_chain(5000), 1),
    "long-chain-wrong": lambda: (_chain(5000), "x"),
    "deep-items": lambda: (_nested("items", 28), _tree(1)),
    "deep-not": lambda: (_nested("not", 28), 1),
    "deep-all": lambda: ({"allOf": [{"allOf": [{"allOf": [{}]}]}]}, 1),
    "wide-enum": lambda: ({"enum": list(range(50_000))}, -1),
    "enum-of-each": lambda: ({"items": {"enum": list(range(40_000))}}, list(range(40_000, 80_000))),
    "choices-of-each": lambda: ({"items": {"anyOf": [{"const": n} for n in range(10_000)]}}, list(range(-10_000, 0))),
    "all-wrong": lambda: ({"items": {"type": "string"}}, list(range(100_000))),
    "unique": lambda: ({"uniqueItems": True}, [[n] for n in range(40_000)]),
    "unique-mappings": lambda: ({"uniqueItems": True}, [{"a": [n, {"b": n}]} for n in range(15_000)]),
    "contains": lambda: ({"contains": {"const": 1}, "minContains": 1000}, list(range(2, 100_000))),
    "wide-properties": lambda: ({"properties": {f"a{n}": {"type": "string"} for n in range(30_000)}}, {"a1": 1}),
    "wide-required": lambda: ({"required": [f"a{n}" for n in range(50_000)]}, {}),
    "wide-patterns": lambda: (
        {"patternProperties": {f"^(a{n}|b){{1,50}}$": {"type": "string"} for n in range(2000)}},
        {f"k{n}": 1 for n in range(5000)},
    ),
    "names": lambda: ({"propertyNames": {"pattern": "^(a+)+$"}}, {"a" * n + "!": 1 for n in range(1, 2000)}),
    "dependent": lambda: (
        {"dependentSchemas": {f"a{n}": {"$ref": "#"} for n in range(20)}},
        {f"a{n}": 1 for n in range(20)},
    ),
}
_PATTERNS: dict[str, tuple[str, str]] = {
    "nested-plus": ("^(a+)+$", "a" * 5000 + "!"),
    "nested-star": ("^(a*)*$", "a" * 5000 + "!"),
    "alternatives": ("^(a|aa)+$", "a" * 5000 + "!"),
    "dots": (".*.*.*.*.*.*=", "x" * 5000),
    "back-reference": ("^(a+)\\1+$", "a" * 5001),
    "back-reference-nested": ("^((a+)\\2*)*b", "a" * 5000),
    "look-ahead": ("^(?=(a+)+$)(a+)+b", "a" * 5000),
    "look-behind": ("(?<=a{1,5000})b", "a" * 5000),
    "counted": ("((a{1,100}){1,100}){1,100}$", "a" * 5000 + "!"),
    "counted-huge": ("a{1000}{1000}{1000}", "a"),
    "counted-beyond": ("a{99999999999999999999}", "a"),
    "classes": ("[\\p{L}\\p{N}]{500}" * 4, "x" * 5000),
    "unicode": ("\\p{L}{200}{100}", "x"),
    "open": ("(", "x"),
    "open-class": ("[", "x"),
    "bad-range": ("[z-a]", "x"),
    "bad-escape": ("\\q", "x"),
    "python-only": ("(?P<a>x)(?P=a)\\Z", "xx"),
    "recursion": ("(a(?R)?b)", "ab"),
    "conditional": ("(a)?(?(1)b|c)", "ab"),
    "atomic": ("(?>a+)b", "a" * 5000),
    "deep": ("(" * 900 + "a" + ")" * 900, "a"),
    "deeper": ("(?:" * 60_000 + "a" + ")" * 60_000, "a"),
    "long": ("x" * 1_000_000, "x"),
    "alternatives-many": ("|".join(f"k{n}" for n in range(100_000)), "x"),
    "control": ("\u001b[2J", "x"),
    "empty": ("", "x"),
}


def _prompt(schema: Any, value: Any) -> Content:
    written = schema | {"default": value} if isinstance(schema, dict) else schema
    inputs = {"a": written, "b": schema}
    return json.dumps({"template": "{{ a is defined }}", "inputs": inputs}, ensure_ascii=False)


def _large(make: Callable[[], _Case]) -> Content:
    return lambda: _prompt(*make())  # type: ignore[return-value]


def _elsewhere(schema: Any) -> Content:
    tools = [{"name": "t", "parameters": schema}]
    return json.dumps({"template": "x", "output": schema, "tools": tools}, ensure_ascii=False)


SEEDS = (
    *(Seed(name=f"json_schemas/{name}", files={seed.PROMPT: _prompt(*case)}) for name, case in _SMALL.items()),
    *(Seed(name=f"json_schemas/{name}", files={seed.PROMPT: _large(make)}) for name, make in _LARGE.items()),
    *(
        Seed(name=f"json_schemas/pattern-{name}", files={seed.PROMPT: _prompt({"pattern": pattern}, value)})
        for name, (pattern, value) in _PATTERNS.items()
    ),
    *(
        Seed(name=f"json_schemas/sent-{name}", files={seed.PROMPT: _elsewhere(case[0])})
        for name, case in list(_SMALL.items())[::2]
    ),
)
PATTERNS = _PATTERNS

"""What comparing JSON Schemas (2020-12) needs: which keywords hold schemas, and one spelling for the same meaning."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

SINGLE = frozenset(
    "items additionalProperties contains propertyNames not if then else unevaluatedItems unevaluatedProperties".split()
)
LISTS = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
NAMED = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"})
ANNOTATIONS = frozenset(
    {"title", "description", "$comment", "examples", "default", "deprecated", "readOnly", "writeOnly"}
)


def json_key(value: Any) -> str:
    """One spelling for equal JSON values: key order and ``1.0`` for ``1`` do not count, ``true`` is not ``1``."""
    return json.dumps(_numbers(value), sort_keys=True, ensure_ascii=False)


def _numbers(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _numbers(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_numbers(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def values_schema(schema: Any) -> Any:
    """What a schema says about values, in one spelling: no annotations, ``true`` as ``{}``, a constant as an
    enumeration of one, a single type as a list of types."""
    if not isinstance(schema, Mapping):
        return {} if schema is True else schema
    form = {key: _value_keyword(key, item) for key, item in schema.items() if key not in ANNOTATIONS}
    if "const" in form and "enum" not in form:
        form["enum"] = [form.pop("const")]
    return form


def _value_keyword(key: str, item: Any) -> Any:
    if key in SINGLE:
        return values_schema(item)
    if key in LISTS and isinstance(item, list):
        return [values_schema(branch) for branch in item]
    if key in NAMED and isinstance(item, Mapping):
        return {name: values_schema(part) for name, part in item.items()}
    return [item] if key == "type" and isinstance(item, str) else item


def keywords(schema: Any) -> frozenset[str]:
    """Every keyword used anywhere in a schema."""
    return frozenset(_keywords(schema))


def _keywords(schema: Any) -> Iterator[str]:
    if not isinstance(schema, Mapping):
        return
    for key, item in schema.items():
        yield key
        if key in SINGLE:
            yield from _keywords(item)
        elif key in LISTS and isinstance(item, list):
            for branch in item:
                yield from _keywords(branch)
        elif key in NAMED and isinstance(item, Mapping):
            for part in item.values():
                yield from _keywords(part)

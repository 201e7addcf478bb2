"""Picoschema, dotprompt's short form of JSON Schema: ``name?(array, what it is): string, what each is``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from promptctl.core.importing.node import Node

_SCALARS = ("string", "number", "integer", "boolean", "null")
_KEY = re.compile(r"(?P<name>[^?(]+)(?P<optional>\??)(?:\((?P<kind>[^,)]+)(?:,(?P<description>.*))?\))?", re.DOTALL)
_JSON_SCHEMA_TYPES = (*_SCALARS, "object", "array")


def json_schema(node: Node) -> dict[str, Any] | None:
    """The JSON Schema that a node says in short or in full; None, and named, when it stands in code elsewhere."""
    value = node.value
    if isinstance(value, Mapping) and (value.get("type") in _JSON_SCHEMA_TYPES or "$schema" in value):
        return _in_full(node, value)
    if isinstance(value, Mapping) and isinstance(value.get("properties"), Mapping):
        return _in_full(node, {"type": "object", **value})
    return _schema(node)


def _in_full(node: Node, schema: Mapping[str, Any]) -> dict[str, Any]:
    from promptctl.core.json_schemas.value_schema import schema_fault

    if fault := schema_fault(schema):
        raise node.error(f"{node.spelled} is no JSON Schema: {fault}")
    return dict(schema)


def _schema(node: Node) -> dict[str, Any] | None:
    if isinstance(node.value, str):
        return _scalar(node)
    return _object(node)


def _scalar(node: Node) -> dict[str, Any] | None:
    kind, _, description = (part.strip() for part in node.value.partition(","))
    if kind != "any" and kind not in _SCALARS:
        node.drop(f"names the schema `{kind}`, which stands in code elsewhere", "write the schema out")
        return None
    return ({} if kind == "any" else {"type": kind}) | ({"description": description} if description else {})


def _object(node: Node) -> dict[str, Any]:
    """An object that takes these properties and no others; what is not marked ``?`` is required."""
    schema: dict[str, Any] = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
    for key, item in node.entries():
        found = _KEY.fullmatch(key)
        if key.startswith("(*)"):
            schema["additionalProperties"] = _schema(item) or {}
        elif not found:
            raise item.error(f"`{key}` is no key of a Picoschema", "for example tags(array): string")
        elif (inner := _property(item, found)) is not None:
            schema["properties"][found["name"].strip()] = inner
            schema["required"] += [] if found["optional"] else [found["name"].strip()]
    return {key: value for key, value in schema.items() if value != [] or key != "required"}


def _property(node: Node, key: re.Match[str]) -> dict[str, Any] | None:
    kind = (key["kind"] or "").strip()
    described = {"description": key["description"].strip()} if key["description"] else {}
    if kind == "enum":
        return {"enum": [item.value for item in node.checked(list).items()]} | described
    if kind == "array":
        inner = _schema(node)
        return None if inner is None else {"type": "array", "items": inner} | described
    if kind not in ("", "object"):
        raise node.error(f"`({kind})` is neither array, object nor enum")
    inner = _schema(node)
    return None if inner is None else inner | described

"""The properties that Prompty declares: inputs with their samples, the answer's fields."""

from __future__ import annotations

import re
from typing import Any

from promptctl.core.importing.node import Node
from promptctl.core.importing.source import Source
from promptctl.errors import UsageError

_KINDS = {"list": "array", "dict": "object", "float": "number", "int": "integer", "bool": "boolean", "thread": "array"}
_JSON_TYPES = ("string", "number", "integer", "boolean", "array", "object")
_FILE = re.compile(r"\$\{file:([^}]+)\}")


def inputs_declared(node: Node | None) -> dict[str, dict[str, Any]]:
    """Version 1 maps names to properties, version 2 also lists them with their names."""
    if node is None:
        return {}
    if isinstance(node.value, list):
        return {item.text("name"): _input(item) for item in node.items()}
    return {name: _input(item) for name, item in node.entries()}


def _input(node: Node) -> dict[str, Any]:
    if not isinstance(node.value, dict):
        return {"type": _type(node.value), "examples": [node.value]}
    node.take("name")
    schema = property_schema(node)
    if example := (node.take("sample") or node.take("example")):
        schema["examples"] = [example.value]
    required = node.take("required") or node.take("is_required")
    if "default" not in schema and required and required.value is False:
        schema["default"] = None
    node.finish()
    return schema


def property_schema(node: Node) -> dict[str, Any]:
    """A property's type, description, default and choices as JSON Schema."""
    written = node.take("type", str) or node.take("kind", str)
    kind = _KINDS.get(written.value, written.value) if written else ""
    schema: dict[str, Any] = {}
    if kind in _JSON_TYPES:
        schema["type"] = kind
    elif written and kind != "any":
        written.drop("is no type that promptctl knows")
    if written and written.value == "thread":
        schema |= {"default": [], "thread": True}
    for key, name in (("description", "description"), ("enum", "enum"), ("enumValues", "enum"), ("default", "default")):
        if found := node.take(key):
            schema[name] = found.value
    return schema


def _type(value: Any) -> str:
    names = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}
    return names.get(type(value), "string")


def add_samples(node: Node | None, inputs: dict[str, dict[str, Any]], source: Source) -> None:
    """Sample values become examples of the inputs, which the tests that ``new --suite`` writes begin with."""
    if node is None:
        return
    if isinstance(node.value, str):
        named = _FILE.fullmatch(node.value)
        if not named:
            node.drop("is no `${file:…}`")
            return
        try:
            node = Node(source.beside(named[1]).document, (), node.dropped).checked(dict)
        except UsageError as fault:
            node.drop(f"cannot be read: {fault}")
            return
    for name, item in node.entries():
        if isinstance(item.value, str) and _FILE.fullmatch(item.value):
            item.drop("is another file")
        elif name in inputs:
            inputs[name].setdefault("examples", [item.value])
        elif re.search(rf"\b{re.escape(name)}\b", source.body):
            inputs[name] = {"type": _type(item.value), "examples": [item.value]}
        else:
            item.drop("is a value of no input")


def answer_fields(node: Node | None) -> dict[str, Any] | None:
    """The answer's schema from a list or mapping of properties."""
    if node is None:
        return None
    properties: dict[str, Any] = {}
    for name, item in (
        [(item.text("name"), item) for item in node.items()] if isinstance(node.value, list) else node.entries()
    ):
        item.take("required")
        properties[name] = property_schema(item) if isinstance(item.value, dict) else {}
        item.finish()
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}

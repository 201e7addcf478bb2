"""Checks a document against the JSON Schema of its kind and says what is wrong in words that point into the file."""

from __future__ import annotations

from functools import cache
from typing import Any

import jsonschema_rs

from promptctl import schemas
from promptctl.core.document import Document, Path, pointer
from promptctl.core.suggestion import suggest
from promptctl.errors import DocumentError, Problem

MALFORMED = "PC012"


@cache
def _validator(kind: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(schemas.load(kind), offline=True)


def check(document: Document, kind: str) -> None:
    """Raises DocumentError with every structural problem of the document."""
    if not isinstance(document.value, dict):
        raise document.error(MALFORMED, f"the file must hold a mapping, not {_type_name(document.value)}")
    found = problems(document, kind)
    if found:
        raise DocumentError(found)


def problems(document: Document, kind: str) -> tuple[Problem, ...]:
    """Every structural problem, in the order of the file."""
    errors = list(_validator(kind).iter_errors(document.value))
    found = [problem for error in errors for problem in _problems(document, schemas.load(kind), error)]
    return tuple(sorted(found, key=lambda problem: (problem.place.line or 0) if problem.place else 0))


def _problems(document: Document, schema: dict[str, Any], error: jsonschema_rs.ValidationError) -> list[Problem]:
    path: Path = tuple(error.instance_path)
    where = f"`{pointer(path)}`" if path else "the file"
    kind = error.kind
    if isinstance(kind, jsonschema_rs.ValidationErrorKind.AdditionalProperties):
        known = list(_subschema(schema, list(error.schema_path[:-1])).get("properties", {}))
        return [_unknown_key(document, path, name, known) for name in kind.unexpected]
    if isinstance(kind, jsonschema_rs.ValidationErrorKind.Required):
        return [document.problem(MALFORMED, f"{where} lacks the key `{kind.property}`", path)]
    if isinstance(kind, jsonschema_rs.ValidationErrorKind.PropertyNames):
        name = str(kind.error.instance)
        return [document.problem(MALFORMED, f"`{name}` is not a valid name in {where}", (*path, name))]
    return [document.problem(MALFORMED, f"{where} {_explanation(schema, error)}", path)]


def _unknown_key(document: Document, path: Path, name: str, known: list[str]) -> Problem:
    hint = suggest(name, known) or (f"known keys: {', '.join(known)}" if known else None)
    within = f" in `{pointer(path)}`" if path else ""
    return document.problem(MALFORMED, f"unknown key `{name}`{within}", (*path, name), hint)


def _explanation(schema: dict[str, Any], error: jsonschema_rs.ValidationError) -> str:
    kind, value = error.kind, error.instance
    kinds = jsonschema_rs.ValidationErrorKind
    if isinstance(kind, kinds.Type):
        return f"must be {_alternatives(kind.types)}, not {_type_name(value)}"
    if isinstance(kind, kinds.Enum | kinds.Constant):
        options = kind.options if isinstance(kind, kinds.Enum) else [kind.expected_value]
        hint = suggest(value, [str(option) for option in options]) if isinstance(value, str) else None
        return f"must be {_alternatives(options)}" + (f"; {hint}" if hint else "")
    if isinstance(kind, kinds.OneOfNotValid | kinds.OneOfMultipleValid):
        branches = _subschema(schema, list(error.schema_path)) if error.schema_path else []
        keys = [key for branch in branches for key in branch.get("required", [])]
        return f"needs exactly one of the keys {_alternatives(keys)}"
    if isinstance(kind, kinds.Pattern):
        return f"has the value {value!r}, which does not match {kind.pattern}"
    return f"is not valid: {error.message[:200]}"


def _subschema(schema: Any, path: list[str | int]) -> Any:
    """Follows a schema path; a step into a reference arrives with ``$ref`` in the path and is resolved here."""
    node = schema
    for step in path:
        if step == "$ref":
            node = _subschema(schema, list(node["$ref"].removeprefix("#/").split("/")))
        else:
            node = node[int(step) if isinstance(node, list) else step]
    return node


def _alternatives(words: list[Any]) -> str:
    spelled = [f"`{word}`" for word in words]
    return spelled[0] if len(spelled) == 1 else ", ".join(spelled[:-1]) + " or " + spelled[-1]


def _type_name(value: Any) -> str:
    names = {dict: "a mapping", list: "a list", str: "text", bool: "true or false", type(None): "empty"}
    return names.get(type(value), "a number")

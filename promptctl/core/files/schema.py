"""Checks a document against the JSON Schema of its kind and says what is wrong in words that point into the file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from promptctl import schemas
from promptctl.core.files.document import Document, Path, pointer
from promptctl.core.suggestion import suggest
from promptctl.errors import MOST_PROBLEMS, DocumentError, Problem, first_problems

if TYPE_CHECKING:
    import jsonschema_rs

MALFORMED = "PC012"
_MANY_NODES, _MANY_CHARACTERS = 20_000, 1 << 20
"""Sizes from which on only the first problem of a file is looked for: all of them could take the whole memory."""

_MOST_SAID = 200
_BY_HAND = ("prompt", "eval", "settings", "experiment")
"""Kinds of files that people write."""

_POINTED = re.compile(r"[0-9]\.0+(?![0-9.])|[0-9]\.(?=[ \t]*(?:[,}\]#\r\n]|\Z))|[0-9][eE][-+]?[0-9]")
"""How floats that are whole are spelled: where nothing looks so, no integer needs a second look."""


class _Whole:
    """The keyword that takes no ``2.0`` for an integer, as JSON Schema does: it counts nothing and repeats nothing."""

    def __init__(self, parent: object, value: object, path: object) -> None:
        pass

    def validate(self, instance: object) -> None:
        if isinstance(instance, float):
            raise ValueError("must be a whole number, written without a point")


def _with_whole(schema: Any) -> Any:
    """The schema with that keyword beside each ``type: integer``."""
    if isinstance(schema, list):
        return [_with_whole(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {name: _with_whole(value) for name, value in schema.items()}
    return inner | {"whole": True} if schema.get("type") == "integer" else inner


@cache
def _validator(kind: str, *, whole: bool) -> jsonschema_rs.Draft202012Validator:
    import jsonschema_rs

    make, schema = jsonschema_rs.Draft202012Validator, schemas.load(kind)
    if whole:
        return make(_with_whole(schema), offline=True, validate_formats=True, keywords={"whole": _Whole})
    return make(schema, offline=True, validate_formats=True)


def check(document: Document, kind: str) -> None:
    """Raises DocumentError with the structural problems of the document."""
    if document.sound_as == kind:
        return
    if not isinstance(document.value, dict):
        raise document.error(MALFORMED, f"the file must hold a mapping, not {_type_name(document.value)}")
    found = problems(document, kind)
    if found:
        raise DocumentError(found)


def problems(document: Document, kind: str) -> tuple[Problem, ...]:
    """The structural problems in the order of the file; of a very large file the first one."""
    try:
        whole = kind in _BY_HAND and _POINTED.search(document.text) is not None
        errors = _errors(document, _validator(kind, whole=whole))
    except ValueError:
        # The validator has a bound of its own, which only TOML's and JSON's readers let a file reach.
        return (document.problem(MALFORMED, "the file is nested too deeply"),)
    found = first_problems(problem for error in errors for problem in _problems(document, schemas.load(kind), error))
    in_order = sorted(found[:MOST_PROBLEMS], key=lambda problem: (problem.place.line or 0) if problem.place else 0)
    return (*in_order, *found[MOST_PROBLEMS:])


def _errors(
    document: Document, validator: jsonschema_rs.Draft202012Validator
) -> Iterable[jsonschema_rs.ValidationError]:
    # JSON has no marks; there, two characters may be a node.
    if len(document.marks or document.text) <= _MANY_NODES and len(document.text) <= _MANY_CHARACTERS:
        return validator.iter_errors(document.value)
    import jsonschema_rs

    try:
        validator.validate(document.value)
    except jsonschema_rs.ValidationError as error:
        return [error]
    return []


def _problems(document: Document, schema: dict[str, Any], error: jsonschema_rs.ValidationError) -> Iterator[Problem]:
    import jsonschema_rs

    path: Path = tuple(error.instance_path)
    where = f"`{pointer(path)}`" if path else "the file"
    kind = error.kind
    if isinstance(kind, jsonschema_rs.ValidationErrorKind.AdditionalProperties):
        known = list(_subschema(schema, list(error.schema_path[:-1])).get("properties", {}))
        yield from (_unknown_key(document, path, name, known) for name in kind.unexpected)
    elif isinstance(kind, jsonschema_rs.ValidationErrorKind.Required):
        yield document.problem(MALFORMED, f"{where} lacks the key `{kind.property}`", path)
    elif isinstance(kind, jsonschema_rs.ValidationErrorKind.PropertyNames):
        name = str(kind.error.instance)
        yield document.problem(MALFORMED, f"`{name}` is not a valid name in {where}", (*path, name))
    else:
        yield document.problem(MALFORMED, f"{where} {_explanation(schema, error)}", path)


def _unknown_key(document: Document, path: Path, name: str, known: list[str]) -> Problem:
    hint = suggest(name, known) or (f"known keys: {', '.join(known)}" if known else None)
    within = f" in `{pointer(path)}`" if path else ""
    return document.problem(MALFORMED, f"unknown key `{name}`{within}", (*path, name), hint)


def _explanation(schema: dict[str, Any], error: jsonschema_rs.ValidationError) -> str:
    import jsonschema_rs

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
    if isinstance(kind, kinds.Custom):
        return error.message
    if isinstance(kind, kinds.Pattern):
        return f"has the value {value!r}, which does not match {kind.pattern}"
    if isinstance(kind, kinds.MaxItems | kinds.MaxProperties):
        return f"has more than {kind.limit} items"
    return f"is not valid: {said(error)}"


def said(error: jsonschema_rs.ValidationError) -> str:
    """What a validator says, which begins with the whole value and ends with what is wrong with it."""
    message = error.message
    return message if len(message) <= _MOST_SAID else f"{message[: _MOST_SAID // 2]} … {message[-_MOST_SAID // 2 :]}"


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

"""Made-up values fit their schema, or there are none."""

from __future__ import annotations

from typing import Any

import pytest

from promptctl.core.json_schemas.sample import sample
from promptctl.core.json_schemas.value_schema import value_fault
from promptctl.core.prompts.prompt import MISSING, parse_input

SCHEMAS: list[dict[str, Any]] = [
    {},
    {"type": "string"},
    {"type": "string", "maxLength": 3},
    {"type": "string", "maxLength": 0},
    {"type": "string", "minLength": 500},
    {"type": "string", "minLength": 30, "maxLength": 31},
    {"type": "string", "format": "email"},
    {"type": "string", "pattern": "^[0-9]+$", "examples": ["17"]},
    {"enum": ["red", "green"]},
    {"const": 7},
    {"type": "integer", "minimum": 12, "multipleOf": 5},
    {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
    {"type": "integer", "maximum": -3},
    {"type": "boolean"},
    {"type": "null"},
    {"type": ["null", "string"]},
    {"type": "array"},
    {"type": "array", "items": {"type": "integer"}, "minItems": 3},
    {"type": "array", "items": False},
    {"type": "array", "items": {"pattern": "^x$", "type": "string"}},
    {"type": "object", "properties": {"a": {"type": "string"}, "b": {}}, "required": ["a"]},
    {"type": "object", "properties": {"a": {"type": "string", "pattern": "^x$"}}},
    {"type": "object", "required": ["free"]},
    {"oneOf": [{"type": "integer"}, {"type": "string", "maxLength": 2}]},
    {"type": "string", "anyOf": [{"minLength": 100}, {"maxLength": 2}]},
    {"allOf": [{"type": "string"}, {"minLength": 100}]},
]


@pytest.mark.parametrize("schema", SCHEMAS, ids=str)
@pytest.mark.parametrize("index", [0, 1, 7])
def test_it_fits(schema: dict[str, Any], index: int) -> None:
    value = sample(parse_input(schema), index)
    assert value is not MISSING
    assert value_fault(schema, value) is None


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "pattern": "^[0-9]{8}$"},
        {"not": {}},
        {"type": "object", "required": ["x"], "properties": {"x": {"pattern": "^[0-9]$", "type": "string"}}},
    ],
    ids=str,
)
def test_rather_none_than_one_that_does_not(schema: dict[str, Any]) -> None:
    assert sample(parse_input(schema)) is MISSING


def test_two_samples_differ_where_they_can() -> None:
    assert sample(parse_input("string"), 0) != sample(parse_input("string"), 1)


def test_deep_schemas_end() -> None:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(40):
        schema = {"type": "object", "properties": {"a": schema, "b": schema}, "required": ["a"]}
    sample(parse_input(schema))

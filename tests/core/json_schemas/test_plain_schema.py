"""Schemas compared without the validator: whatever fits them fits for the validator too."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.json_schemas.plain_schema import plainly_fits
from promptctl.core.json_schemas.value_schema import validator

VALUES = st.one_of(
    st.text(max_size=5), st.integers(), st.booleans(), st.none(), st.floats(), st.lists(st.integers(), max_size=2)
)
VALUES = VALUES | st.lists(VALUES, max_size=2) | st.dictionaries(st.text(max_size=2), VALUES, max_size=2)
PARTS: dict[str, st.SearchStrategy[Any]] = {
    "type": st.sampled_from(
        ["string", "boolean", "integer", "number", "null", "array", "object", "text", ["string"], 1]
    ),
    "enum": st.one_of(st.lists(VALUES, max_size=3), st.none()),
    "minLength": st.one_of(st.integers(-1, 5), st.booleans(), st.just(1.5)),
    "maxLength": st.one_of(st.integers(-1, 5), st.booleans()),
    "title": st.one_of(st.text(max_size=3), st.integers()),
    "pattern": st.just("^a"),
    "items": st.sampled_from([{}, {"type": "string"}, {"type": "integer"}, True, 1]),
}
SCHEMAS = st.one_of(st.fixed_dictionaries({}, optional=PARTS), VALUES)


@given(SCHEMAS, VALUES)
def test_what_fits_plainly_fits_for_the_validator(schema: Any, value: Any) -> None:
    if plainly_fits(schema, value):
        validator(schema).validate(value)


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string", "description": "What the user asks.", "maxLength": 5}, "hello"),
        ({"type": "string", "enum": ["en", "de"]}, "de"),
        ({"type": "string", "minLength": 1}, "é"),
        ({"type": "boolean"}, True),
        ({"type": "integer"}, 3),
        ({"type": "number"}, 3),
        ({}, {"a": [1, None, "é", {"b": 0.5}]}),
        ({"type": "array"}, [{"a": 1}]),
        ({"type": "array", "items": {"type": "string"}}, ["a"]),
        ({"type": "object", "title": "x"}, {"a": 1}),
        ({"type": "array"}, [0] * 100_001),
        ({"type": "array", "items": {"type": "array", "items": {"type": "integer"}}}, [[1], [], [2]]),
        ({"description": "Anything."}, None),
    ],
)
def test_frequent_schemas_need_no_validator(schema: Any, value: Any) -> None:
    assert plainly_fits(schema, value)


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string", "maxLength": 4}, "hello"),
        ({"type": "string"}, "\ud800"),
        ({"type": "integer"}, True),
        ({"type": "string", "pattern": "^a"}, "a"),
        ({"type": "array", "items": {"type": "string"}}, ["a", 1]),
        ({"type": "array", "minItems": 1}, [1]),
        ({"type": "array", "items": {"type": "string"}}, ["\ud800"]),
        ({"type": "array", "items": {}}, [object()]),
        ({"type": "array"}, (1, 2)),
        ({"type": "object"}, {1: 2}),
        ({}, {1: 2}),
        ({}, "\ud800"),
        ({"type": "object", "properties": {}}, {}),
        ({}, object()),
        ({}, (1, 2)),
        ({"type": "string", "enum": ["en"]}, "de"),
        ({"type": "string", "enum": [["en"]]}, "en"),
        ({"type": "string", "enum": None}, "en"),
        ({"type": "string", "maxLength": None}, "en"),
        ({"maxLength": 9}, "hello"),
    ],
)
def test_the_rest_is_left_to_the_validator(schema: Any, value: Any) -> None:
    assert not plainly_fits(schema, value)

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from promptctl.core.json_schemas.value_schema import schema_fault, value_fault
from promptctl.core.json_schemas.widening import narrowing

LOOSER: list[tuple[Any, Any]] = [
    ({"type": "string"}, {"type": "string"}),
    ({"type": "string"}, {}),
    ({"type": "string"}, True),
    (False, {"type": "string"}),
    ({"type": "string"}, {"type": ["string"]}),
    ({"type": "integer"}, {"type": "number"}),
    ({"type": "integer"}, {"type": ["string", "number"]}),
    ({"type": "string"}, {"type": ["string", "null"]}),
    ({"maxLength": 5}, {"maxLength": 6}),
    ({"maxLength": 5}, {}),
    ({"minLength": 5}, {"minLength": 4}),
    ({"minItems": 2, "maxItems": 3}, {"minItems": 1, "maxItems": 4}),
    ({"minProperties": 2}, {"minProperties": 1}),
    ({"maxProperties": 2}, {"maxProperties": 3}),
    ({"minimum": 1}, {"minimum": 0.5}),
    ({"maximum": 1}, {"maximum": 2}),
    ({"exclusiveMinimum": 0}, {"minimum": 0}),
    ({"exclusiveMaximum": 9}, {"maximum": 9}),
    ({"minimum": 5, "exclusiveMinimum": 5}, {"exclusiveMinimum": 5}),
    ({"multipleOf": 6}, {"multipleOf": 3}),
    ({"uniqueItems": True}, {"uniqueItems": False}),
    ({"pattern": "^a"}, {}),
    ({"format": "email"}, {}),
    ({"enum": ["a"]}, {"enum": ["b", "a"]}),
    ({"const": "a"}, {"enum": ["b", "a"]}),
    ({"enum": [1]}, {"enum": [1.0]}),
    ({"required": ["a", "b"]}, {"required": ["b"]}),
    ({"dependentRequired": {"a": ["b", "c"]}}, {"dependentRequired": {"a": ["b"]}}),
    ({"additionalProperties": False}, {"additionalProperties": True}),
    ({"additionalProperties": False}, {}),
    ({"additionalProperties": False}, {"additionalProperties": {"type": "string"}}),
    ({"properties": {"a": {"maxLength": 1}}}, {"properties": {"a": {"maxLength": 2}}}),
    ({"properties": {"a": {"maxLength": 1}}}, {}),
    ({"additionalProperties": False}, {"properties": {"a": {"type": "string"}}, "additionalProperties": False}),
    ({"items": {"maxLength": 1}}, {"items": {"maxLength": 2}}),
    ({"items": {"type": "integer"}}, {"prefixItems": [{"type": "number"}], "items": {"type": "integer"}}),
    ({"prefixItems": [{"type": "integer"}], "items": False}, {"items": {"type": "integer"}}),
    ({"anyOf": [{"type": "string"}]}, {"anyOf": [{"type": "null"}, {"type": "string"}]}),
    ({"anyOf": [{"type": "string"}]}, {}),
    ({"allOf": [{"minLength": 2}, {"maxLength": 3}]}, {"allOf": [{"minLength": 1}]}),
    ({"oneOf": [{"type": "string"}]}, {}),
    ({"not": {"type": "string"}}, {}),
    ({"contains": {"type": "null"}, "minContains": 2}, {"contains": {"type": "null"}}),
    ({"propertyNames": {"maxLength": 3}}, {"propertyNames": {"maxLength": 4}}),
    ({"$ref": "#/$defs/a", "$defs": {"a": {"maxLength": 1}}}, {"$ref": "#/$defs/a", "$defs": {"a": {"maxLength": 2}}}),
    ({"type": "string", "description": "x"}, {"type": "string", "title": "y", "examples": ["z"]}),
    ({"properties": {"title": {"description": "x"}}}, {"properties": {"title": {}}}),
]
TIGHTER: list[tuple[Any, Any]] = [
    ({}, {"type": "string"}),
    ({"type": "string"}, False),
    ({"type": "number"}, {"type": "integer"}),
    ({"type": ["string", "null"]}, {"type": "string"}),
    ({"maxLength": 5}, {"maxLength": 4}),
    ({}, {"maxLength": 4}),
    ({"minLength": 1}, {"minLength": 2}),
    ({"minItems": 1}, {"minItems": 2}),
    ({"minimum": 0}, {"minimum": 1}),
    ({"minimum": 0}, {"exclusiveMinimum": 0}),
    ({"maximum": 9}, {"maximum": 9, "exclusiveMaximum": 9}),
    ({"multipleOf": 3}, {"multipleOf": 6}),
    ({"multipleOf": 0.3}, {"multipleOf": 0.1}),
    ({}, {"uniqueItems": True}),
    ({"pattern": "^a"}, {"pattern": "^b"}),
    ({}, {"format": "email"}),
    ({"enum": ["a", "b"]}, {"enum": ["a"]}),
    ({"enum": [1]}, {"enum": [True]}),
    ({"type": "string"}, {"enum": ["a"]}),
    ({"required": ["a"]}, {"required": ["a", "b"]}),
    ({}, {"dependentRequired": {"a": ["b"]}}),
    ({}, {"additionalProperties": False}),
    ({}, {"properties": {"a": {"type": "string"}}}),
    ({"properties": {"a": {}}, "additionalProperties": False}, {"additionalProperties": False}),
    ({"patternProperties": {"a": {}}, "additionalProperties": False}, {"additionalProperties": False}),
    (
        {"patternProperties": {"a": {}}, "additionalProperties": False},
        {"properties": {"a": {}}, "additionalProperties": False},
    ),
    (
        {"properties": {"$a": {}}, "additionalProperties": False},
        {"patternProperties": {"$a": {}}, "additionalProperties": False},
    ),
    (
        {"patternProperties": {"a": {}}, "additionalProperties": False},
        {"patternProperties": {"a": {}}, "additionalProperties": False, "properties": {"a": {"type": "null"}}},
    ),
    ({"items": {"type": "number"}}, {"items": {"type": "integer"}}),
    ({"prefixItems": [{}], "items": {"type": "null"}}, {"items": {"type": "null"}}),
    ({"anyOf": [{"type": "null"}, {"type": "string"}]}, {"anyOf": [{"type": "string"}]}),
    ({}, {"anyOf": [{"type": "string"}]}),
    ({"allOf": [{"minLength": 1}]}, {"allOf": [{"minLength": 1}, {"maxLength": 3}]}),
    ({"oneOf": [{"type": "string"}]}, {"oneOf": [{"type": "string"}, {"type": "null"}]}),
    ({"not": {"maxLength": 1}}, {"not": {"maxLength": 2}}),
    ({"contains": {"type": "null"}}, {"contains": {"type": "null"}, "maxContains": 2}),
    ({"contains": {"type": "null"}, "minContains": 0}, {"contains": {"type": "null"}}),
    ({}, {"x-note": 1}),
    ({"unevaluatedProperties": False}, {"unevaluatedProperties": True}),
    (
        {"not": {"$ref": "#/$defs/a"}, "$defs": {"a": {"maxLength": 1}}},
        {"not": {"$ref": "#/$defs/a"}, "$defs": {"a": {"maxLength": 2}}},
    ),
]


@pytest.mark.parametrize(("old", "new"), LOOSER)
def test_a_listed_loosening_takes_all_it_took(old: Any, new: Any) -> None:
    assert narrowing(old, new) is None


@pytest.mark.parametrize(("old", "new"), TIGHTER)
def test_anything_else_is_a_narrowing_with_a_reason(old: Any, new: Any) -> None:
    assert narrowing(old, new)


VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-2, 3), st.sampled_from([0.5, 1.0]), st.text("ab", max_size=3)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("ab"), inner, max_size=2)),
    max_leaves=5,
)
SMALL = st.integers(0, 3)
TYPES = st.sampled_from(["null", "boolean", "integer", "number", "string", "array", "object"])


def keywords(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    fields = st.dictionaries(st.sampled_from("ab"), inner, max_size=2)
    branches = st.lists(inner, min_size=1, max_size=2)
    return st.one_of(
        st.booleans(),
        st.fixed_dictionaries(
            {},
            optional={
                "type": st.one_of(TYPES, st.lists(TYPES, min_size=1, max_size=3, unique=True)),
                "enum": st.lists(st.sampled_from([None, True, 1, 1.0, "a"]), min_size=1, max_size=3, unique_by=repr),
                "maxLength": SMALL,
                "minLength": SMALL,
                "minimum": SMALL,
                "exclusiveMinimum": SMALL,
                "maximum": SMALL,
                "multipleOf": st.integers(1, 4),
                "pattern": st.sampled_from(["^a", "b$"]),
                "required": st.lists(st.sampled_from("ab"), unique=True),
                "minItems": SMALL,
                "uniqueItems": st.booleans(),
                "properties": fields,
                "patternProperties": st.dictionaries(st.sampled_from(["a", "b|c"]), inner, max_size=1),
                "additionalProperties": inner,
                "propertyNames": st.sampled_from([{"maxLength": 0}, {"pattern": "a"}]),
                "items": inner,
                "prefixItems": branches,
                "contains": inner,
                "minContains": SMALL,
                "maxContains": SMALL,
                "allOf": branches,
                "anyOf": branches,
                "oneOf": branches,
                "not": inner,
                "if": inner,
                "then": inner,
                "dependentRequired": st.just({"a": ["b"]}),
                "description": st.just("words"),
            },
        ),
    )


SCHEMAS = st.recursive(st.sampled_from([{}, {"type": "string"}, {"type": "integer"}, True]), keywords, max_leaves=4)


@st.composite
def related(draw: st.DrawFn) -> tuple[Any, Any]:
    """A schema and one that differs from it in a few keywords, so that loosenings are common."""
    old, other = draw(SCHEMAS), draw(SCHEMAS)
    if not isinstance(old, dict) or not isinstance(other, dict):
        return old, other
    kept = {key: value for key, value in old.items() if draw(st.integers(0, 3))}
    taken = {key: value for key, value in other.items() if not draw(st.integers(0, 3))}
    return old, kept | taken


@given(related(), st.lists(VALUES, min_size=5, max_size=12))
def test_no_value_that_was_taken_is_refused_after_a_widening(pair: tuple[Any, Any], values: list[Any]) -> None:
    old, new = pair
    assume(narrowing(old, new) is None)
    for value in values:
        if taken(old, value):
            assert taken(new, value), (old, new, value)


@given(SCHEMAS)
def test_a_schema_does_not_narrow_itself(schema: Any) -> None:
    assert narrowing(schema, schema) is None


@given(st.data(), related())
def test_widenings_follow_each_other(data: st.DataObject, pair: tuple[Any, Any]) -> None:
    old, middle = pair
    assume(isinstance(middle, dict) and narrowing(old, middle) is None)
    new = {key: value for key, value in middle.items() if data.draw(st.booleans())}
    assume(narrowing(middle, new) is None)
    assert narrowing(old, new) is None


@given(related(), st.lists(VALUES, min_size=5, max_size=12))
def test_schemas_that_widen_each_other_take_the_same(pair: tuple[Any, Any], values: list[Any]) -> None:
    old, new = pair
    assume(narrowing(old, new) is None and narrowing(new, old) is None)
    assert [taken(old, value) for value in values] == [taken(new, value) for value in values]


def taken(schema: Any, value: Any) -> bool:
    assert schema_fault(schema) is None
    if isinstance(schema, bool):
        return schema
    return value_fault(schema, value) is None

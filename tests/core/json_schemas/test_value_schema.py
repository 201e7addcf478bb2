"""Values and the schemas of inputs: faults in words, and no comparison that would not end."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.json_schemas.schema_cost import affordable
from promptctl.core.json_schemas.value_schema import TOO_COSTLY, schema_fault, value_fault

TREE: dict[str, Any] = {
    "$ref": "#/$defs/node",
    "$defs": {"node": {"$anchor": "n", "properties": {"left": {"$ref": "#/$defs/node"}, "right": {"$ref": "#n"}}}},
}
JSON_VALUE: dict[str, Any] = {
    "anyOf": [
        {"type": ["string", "number"]},
        {"type": "array", "items": {"$ref": "#"}},
        {"type": "object", "additionalProperties": {"$ref": "#"}},
    ]
}


def doubling(keyword: str) -> dict[str, Any]:
    definitions: dict[str, Any] = {f"a{n}": {keyword: [{"$ref": f"#/$defs/a{n + 1}"}] * 2} for n in range(40)}
    return {"$ref": "#/$defs/a0", "$defs": definitions | {"a40": {"type": "integer"}}}


def branching(keyword: str) -> dict[str, Any]:
    return {keyword: [{"properties": {"a": {"$ref": "#"}}}] * 3}


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = {"a": value}
    return value


ENDLESS = [
    *((doubling(keyword), value) for keyword in ("anyOf", "allOf", "oneOf") for value in (1, "x")),
    *((branching(keyword), nested(28)) for keyword in ("anyOf", "allOf", "oneOf")),
    ({"items": {"anyOf": [{"const": n} for n in range(5000)]}}, list(range(-5000, 0))),
]


@pytest.mark.parametrize(("schema", "value"), ENDLESS, ids=lambda found: str(found)[:40])
@pytest.mark.timeout(20)
def test_what_would_not_end_is_refused(schema: Any, value: Any) -> None:
    assert schema_fault(schema) is None
    assert value_fault(schema, value) == TOO_COSTLY


FINE = [
    ({"type": "string"}, "x" * 1_000_000),
    ({"type": "array", "items": {"type": "integer"}}, list(range(100_000))),
    (TREE, {"left": {"left": {}, "right": {"right": {}}}, "right": {}}),
    (JSON_VALUE, [nested(25), {"a": ["b", 1.5, {"c": []}]}]),
    ({"$ref": "#"}, 1),
    ({"allOf": [{"$ref": "#/$defs/a"}] * 5, "$defs": {"a": {"minimum": 0}}}, 7),
    ({"enum": list(range(10_000))}, 9_999),
    ({"prefixItems": [{"$ref": "#/$defs/~1a~0"}], "$defs": {"/a~": {"type": "integer"}}}, [1]),
    (True, 1),
]


@pytest.mark.parametrize(("schema", "value"), FINE, ids=lambda found: str(found)[:40])
def test_ordinary_schemas_are_compared(schema: Any, value: Any) -> None:
    assert value_fault(schema, value) is None


def test_a_fault_names_the_place_and_stays_short() -> None:
    assert value_fault({"items": {"type": "string"}}, ["x", 1]) == 'at [1]: 1 is not of type "string"'
    fault = value_fault({"type": "string"}, list(range(100_000)))
    assert fault is not None
    assert fault.endswith('is not of type "string"')
    assert len(fault) < 300


def test_one_fault_is_enough_however_many_there_are() -> None:
    started = time.process_time()
    assert value_fault({"items": {"enum": list(range(3000))}}, list(range(-3000, 0)))
    assert time.process_time() - started < 5


@pytest.mark.parametrize("pattern", ["(", "((a{100}){100}){100}", "\\p{L}{200}{100}", "x" * 500_000])
def test_patterns_that_no_engine_should_build_are_no_schema(pattern: str) -> None:
    assert schema_fault({"pattern": pattern})


@pytest.mark.parametrize(
    "schema",
    [
        {"items": {"anyOf": [{"pattern": "x" * 40_000}, {"pattern": "y" * 40_000}]}},
        {"patternProperties": {"x" * 70_000: True}},
    ],
    ids=["pattern", "patternProperties"],
)
def test_patterns_that_the_engine_would_need_too_much_memory_for_are_refused_before(schema: Any) -> None:
    assert schema_fault(schema) == "its patterns have more than 64 KiB of text"
    assert schema_fault({"const": "x" * 100_000, "pattern": "x" * 2000}) is None


schemas = st.recursive(
    st.sampled_from([{}, {"type": "integer"}, {"$ref": "#"}, {"$ref": "#/items"}, {"$ref": "#/nobody"}, True]),
    lambda inner: st.builds(
        lambda key, one, two: {key: [one, two] if key.endswith("Of") else {"a": one} if key == "properties" else two},
        st.sampled_from(["anyOf", "allOf", "oneOf", "not", "items", "properties", "additionalProperties", "if"]),
        inner,
        inner,
    ),
    max_leaves=12,
)
values = st.recursive(
    st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=10,
)


@given(schemas, values)
def test_counting_ends_for_every_schema(schema: Any, value: Any) -> None:
    assert affordable(schema, value) in (True, False)

from __future__ import annotations

from typing import Any

import pytest

from promptctl.core.json_schemas.growth import growth_fault

OBJECT = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}


def field(name: str, schema: Any, **more: Any) -> dict[str, Any]:
    return {**OBJECT, "properties": {**OBJECT["properties"], name: schema}, **more}  # type: ignore[dict-item]


GROWN: list[tuple[Any, Any]] = [
    (OBJECT, OBJECT),
    (OBJECT, field("b", {"type": "string"})),
    (OBJECT, {"required": ["a"], "properties": {"a": {"type": "string"}}, "type": "object"}),
    ({**OBJECT, "required": ["a", "b"]}, {**OBJECT, "required": ["b", "a"]}),
    ({"type": "object"}, {"type": "object", "properties": {"a": {}}}),
    (field("n", {"properties": {}}), field("n", {"properties": {"x": {}}})),
    ({"items": {"properties": {"a": {}}}}, {"items": {"properties": {"a": {}, "b": {}}}}),
    ({"additionalProperties": {}}, {"additionalProperties": {"properties": {"a": {}}}}),
    ({"$defs": {"d": {"properties": {}}}}, {"$defs": {"d": {"properties": {"a": {}}}, "e": {}}}),
    ({"type": ["string", "null"]}, {"type": ["null", "string"]}),
    ({"minimum": 1}, {"minimum": 1.0}),
]
OTHERWISE: list[tuple[Any, Any, str]] = [
    (OBJECT, field("b", {}, required=["a", "b"]), "`properties.b` was added and is required"),
    (field("b", {}), OBJECT, "`properties.b` was removed"),
    (OBJECT, field("a", {"type": "integer"}), "`properties.a.type` changed"),
    (OBJECT, field("a", {"type": "string", "description": "words"}), "`properties.a.description` was added"),
    (OBJECT, {**OBJECT, "required": []}, "`required` changed"),
    (OBJECT, {**OBJECT, "additionalProperties": False}, "`additionalProperties` was added"),
    ({"items": {"type": "string"}}, {"items": {"type": "null"}}, "`items.type` changed"),
    ({"enum": ["a"]}, {"enum": ["a", "b"]}, "`enum` changed"),
    ({"enum": [1]}, {"enum": [True]}, "`enum` changed"),
    ({"maxLength": 1}, {}, "`maxLength` was dropped"),
    ({"anyOf": [{"properties": {}}]}, {"anyOf": [{"properties": {"a": {}}}]}, "`anyOf` changed"),
    ({"$defs": {"d": {}}}, {"$defs": {"e": {}}}, "`$defs.d` changed"),
    ({"properties": {"required": {}}}, {"properties": {}}, "`properties.required` was removed"),
]


@pytest.mark.parametrize(("old", "new"), GROWN)
def test_optional_fields_may_be_added(old: Any, new: Any) -> None:
    assert growth_fault(old, new) is None


@pytest.mark.parametrize(("old", "new", "said"), OTHERWISE)
def test_any_other_change_is_named(old: Any, new: Any, said: str) -> None:
    assert growth_fault(old, new) == said

"""Expectations on answers that spell JSON: that they do, and what its schema is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from promptctl.core.files import schema
from promptctl.core.json_schemas import value_schema
from promptctl.core.json_schemas.schema_cost import affordable
from promptctl.core.scorers.answer import Answer, Finding, Scorer, ScorerFault, excerpt, met, unmet


@dataclass(frozen=True, slots=True)
class Written:
    """The JSON value that an answer spells, or why it spells none."""

    value: Any = None
    fault: str | None = None


def parse_answer(text: str) -> Written:
    """The value of an answer that is JSON and nothing else; NaN and infinities are not JSON."""
    try:
        return Written(json.loads(text, parse_constant=_refuse, parse_float=_finite))
    except RecursionError:
        return Written(fault="the answer is not JSON: nested too deeply")
    except ValueError as error:
        return Written(fault=f"the answer is not JSON ({error}): {excerpt(text)}")


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def _finite(text: str) -> float:
    number = float(text)
    return number if abs(number) != float("inf") else _refuse(text)


def same_json(left: Any, right: Any) -> bool:
    """Whether two JSON values are equal: 1 is 1.0, but true is not 1, and the order of keys means nothing."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(same_json(left[key], right[key]) for key in left)
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(map(same_json, left, right))
    return bool(left == right)


def _is_json_fault(value: Any) -> str | None:
    if value is True:
        return None
    return schema_fault(value) if isinstance(value, Mapping) else "needs `true` or a JSON Schema"


def schema_fault(value: Any) -> str | None:
    """Why ``value`` is not a JSON Schema (2020-12, without remote references)."""
    if not isinstance(value, Mapping):
        return "needs a JSON Schema"
    fault = value_schema.schema_fault(value)
    return f"is not a JSON Schema: {fault}" if fault else None


def _is_json(value: Any, answer: Answer) -> Finding:
    written = parse_answer(answer.text)
    if written.fault:
        return unmet(written.fault)
    return _json_schema(value, answer) if isinstance(value, Mapping) else met("the answer is JSON")


def _json_schema(value: Any, answer: Answer) -> Finding:
    """An answer that is not JSON passes the ``not_`` form neither."""
    written = parse_answer(answer.text)
    if written.fault:
        return unmet(written.fault, denied=False)
    if not affordable(value, written.value):
        raise ScorerFault(f"the schema could not be applied: {value_schema.TOO_COSTLY}")
    import jsonschema_rs

    try:
        value_schema.validator(value).validate(written.value)
    except jsonschema_rs.ValidationError as error:
        place = "".join(f"[{step!r}]" for step in error.instance_path)
        return unmet(f"the answer{place} breaks the schema: {schema.said(error)}")
    except ValueError as unusable:
        raise ScorerFault(f"the schema could not be applied: {str(unusable)[:200]}") from None
    return met("the answer fits the schema")


SCORERS: Mapping[str, Scorer] = {
    "is_json": Scorer("The answer is JSON; given a schema, JSON that fits it.", _is_json_fault, _is_json),
    "json_schema": Scorer("The answer is JSON that fits this JSON Schema.", schema_fault, _json_schema),
}

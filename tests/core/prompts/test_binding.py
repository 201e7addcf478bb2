"""What a call gives, made into the values that its templates see."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as tried

from promptctl.core.json_schemas.value_schema import validator
from promptctl.core.prompts.binding import Binding
from promptctl.core.prompts.prompt import Input, parse_input
from promptctl.core.prompts.text_limit import MAX_TEXT
from promptctl.errors import UsageError
from tests.core.json_schemas.test_plain_schema import SCHEMAS, VALUES


def binding(**written: Any) -> Binding:
    return Binding({name: parse_input(found) for name, found in written.items()})


TYPED = {"t": {"type": "string", "maxLength": 3}, "n": {"type": "integer", "default": 2}, "x": {}}
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"t": "abc"}, "missing input `x`"),
    ({"x": 1}, "missing input `t`"),
    ({"t": "abcd", "x": 1}, "input `t`"),
    ({"t": 1, "x": 1}, "input `t`"),
    ({"t": "a", "x": 1, "n": "2"}, "input `n`"),
    ({"t": "a", "x": 1, "tt": 1}, "unknown input `tt`"),
    ({"t": "a", "x": object()}, "input `x`"),
    ({"t": "a", "x": [object()]}, "input `x` cannot be spelled as JSON"),
]


@pytest.mark.parametrize(("given", "message"), REFUSED)
def test_inputs_that_do_not_fit_name_the_field(given: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        binding(**TYPED).values(given)
    assert caught.value.code == "PC020"


def test_defaults_are_filled_in_and_anything_takes_anything() -> None:
    assert binding(**TYPED).values({"t": "abc", "x": None}) == {"t": "abc", "n": 2, "x": None}


def test_a_null_default_is_a_default() -> None:
    assert binding(a={"type": ["string", "null"], "default": None}).values({}) == {"a": None}


def test_what_the_validator_alone_can_judge_is_judged_by_it() -> None:
    mixed = binding(code={"type": "string", "pattern": "^[A-Z]+$"}, rate="number")
    assert mixed.values({"code": "AB", "rate": 0.5}) == {"code": "AB", "rate": 0.5}
    with pytest.raises(UsageError, match="input `code`"):
        mixed.values({"code": "ab", "rate": 0.5})


def endless() -> list[Any]:
    found: list[Any] = []
    found.append(found)
    return found


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (["x" * MAX_TEXT], "PC022"),
        (["\x00" * (MAX_TEXT // 6 + 1)], "PC022"),
        ([["x" * 10_000] * 1000] * 2, "PC022"),
        (endless(), "PC020"),
    ],
    ids=["text", "escapes", "shared", "endless"],
)
def test_inputs_have_a_size_wherever_it_lies(value: Any, code: str) -> None:
    with pytest.raises(UsageError) as caught:
        binding(x={}).values({"x": value})
    assert caught.value.code == code


def test_just_below_the_limit_is_taken() -> None:
    assert binding(x={}).values({"x": "y" * (MAX_TEXT - 2)})


@tried(SCHEMAS, VALUES)
def test_nothing_is_taken_that_the_validator_refuses(schema: Any, value: Any) -> None:
    try:
        bound = Binding({"x": Input(schema=schema)}).values({"x": value})
    except (UsageError, AttributeError):
        return
    assert bound == {"x": value}
    validator(schema).validate(value)

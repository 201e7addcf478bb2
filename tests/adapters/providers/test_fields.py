"""Every field of an answer in every wrong type: a fault, or nothing that is judged changes."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from promptctl.adapters.providers import anthropic, openai
from promptctl.adapters.providers.answer import MalformedAnswer
from promptctl.core.models.request import Reply
from tests.servers import anthropic_answer, openai_answer

CALL = {"id": "1", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}
CHOICE = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "ok", "tool_calls": [CALL]}}
BLOCKS = [{"type": "text", "text": "ok"}, {"type": "tool_use", "id": "1", "name": "f", "input": {}}]
VALUES: tuple[Any, ...] = (None, True, 5, -1, 1.5, "x", [], ["x"], [None], {}, {"x": 1})
MEANT: dict[tuple[str | int, ...], tuple[Any, ...]] = {
    ("choices", 0, "message", "content"): (None, "x", []),
    ("choices", 0, "message", "tool_calls"): (None, []),
    ("choices", 0, "message", "tool_calls", 0, "id"): (None, "x"),
    ("choices", 0, "message", "tool_calls", 0, "function", "name"): ("x",),
    ("choices", 0, "message", "tool_calls", 0, "function", "arguments"): (None, "x"),
    ("content",): ([],),
    ("content", 0, "type"): ("x",),
    ("content", 1, "type"): ("x",),
    ("content", 0, "text"): ("x",),
    ("content", 1, "id"): ("x",),
    ("content", 1, "name"): ("x",),
    ("content", 1, "input"): ({"x": 1},),
}
"""What a format allows at a place, so that it is another answer and no fault."""
Place = tuple[str | int, ...]


def places(value: Any, place: Place = ()) -> Iterator[Place]:
    """Every place of an answer, that of the answer itself included."""
    yield place
    for key, part in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(part, (*place, key))


def changed(answer: Any, place: Place, value: Any) -> Any:
    """A copy of the answer with another value at a place."""
    if not place:
        return value
    found = copy.deepcopy(answer)
    holder = found
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = value
    return found


@pytest.mark.parametrize(
    ("parse", "answer"),
    [(openai.parse, openai_answer(choices=[CHOICE])), (anthropic.parse, anthropic_answer(content=BLOCKS))],
    ids=["openai", "anthropic"],
)
def test_no_field_of_a_wrong_type_makes_another_answer(parse: Callable[[Any], Reply], answer: Any) -> None:
    right = parse(answer)
    assert (right.text, len(right.tool_calls)) == ("ok", 1)
    faults = 0
    for place in places(answer):
        for value in VALUES:
            if any(type(value) is type(it) and value == it for it in MEANT.get(place, ())):
                continue
            try:
                found = parse(changed(answer, place, value))
            except MalformedAnswer:
                faults += 1
            else:
                assert (found.text, found.tool_calls) == (right.text, right.tool_calls), (place, value)
    assert faults > 100

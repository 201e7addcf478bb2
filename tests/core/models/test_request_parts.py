"""Naming the parts of requests: whatever changes the key is named, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from promptctl.core.models.request import Request
from promptctl.core.models.request_parts import nearest, request_parts

REQUEST = Request(
    model="m-1",
    messages=({"role": "system", "content": "Be brief."}, {"role": "user", "content": "hi"}),
    parameters={"temperature": 0, "stop": ["x" * 100]},
    output={"type": "object"},
    tools=({"name": "lookup"},),
)
ONE, TWO = REQUEST.messages


@pytest.mark.parametrize(
    ("change", "sample", "said"),
    [
        ({}, 0, []),
        ({"model": "m-2"}, 0, ["model m-1 -> m-2"]),
        ({}, 2, ["sample 3 was not asked for"]),
        ({"messages": (ONE, {"role": "user", "content": "ho"})}, 0, ["message 2 changed"]),
        ({"messages": (ONE, {"role": "assistant", "content": "hi"})}, 0, ["message 2 changed"]),
        ({"messages": (ONE, {**TWO, "cache": True})}, 0, ["message 2 changed"]),
        ({"messages": (ONE,)}, 0, ["message 2 is gone"]),
        ({"messages": (ONE, TWO, TWO)}, 0, ["message 3 is new"]),
        ({"parameters": {"temperature": 0.5, "stop": ["x" * 100]}}, 0, ["parameters.temperature 0 -> 0.5"]),
        ({"parameters": {"temperature": 0.0, "stop": ["x" * 100]}}, 0, ["parameters.temperature 0 -> 0.0"]),
        ({"parameters": {"temperature": 0, "stop": ["y" * 100]}}, 0, ["parameters.stop changed"]),
        ({"parameters": {"temperature": 0}}, 0, ["parameters.stop is gone"]),
        ({"output": None}, 0, ["output is gone"]),
        ({"output": {"type": "array"}}, 0, ["output changed"]),
        ({"tools": ({"name": "find"},)}, 0, ["tool 1 changed"]),
        ({"model": "m-2", "tools": ()}, 1, ["model m-1 -> m-2", "sample 2 was not asked for", "tool 1 is gone"]),
    ],
)
def test_what_changed_is_named_exactly_where_the_key_changes(
    change: dict[str, Any], sample: int, said: list[str]
) -> None:
    now = replace(REQUEST, **change)
    found = nearest(request_parts(now, sample), [request_parts(REQUEST, 0)])
    assert found is not None
    assert [str(changed) for changed in found] == said
    assert (now.key(sample) == REQUEST.key(0)) is (not said)


def test_the_nearest_is_the_one_with_the_fewest_changes() -> None:
    kept = [request_parts(replace(REQUEST, model="m-3", tools=()), 0), request_parts(replace(REQUEST, model="m-4"), 0)]
    assert [str(it) for it in nearest(request_parts(REQUEST, 0), kept) or ()] == ["model m-4 -> m-1"]
    assert nearest(request_parts(REQUEST, 0), []) is None


def test_no_text_is_kept() -> None:
    request = replace(REQUEST, messages=({"role": "user", "content": "my secret"},), output={"title": "my secret"})
    assert "secret" not in str(request_parts(request, 0))

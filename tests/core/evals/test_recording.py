from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.evals.recording import (
    MAX_KEPT_BYTES,
    masked,
    parse_replies,
    reply_from_dict,
    reply_key,
    reply_to_dict,
    spell_replies,
)
from promptctl.core.models.request import Reply, Request, Usage
from promptctl.errors import DocumentError, UsageError

REPLY = Reply(
    text="billing\u2028 ü",
    tool_calls=({"id": "1", "name": "f", "arguments": {"a": [1]}},),
    usage=Usage(input=10, output=None, cache_read=4),
    model="gpt-4.1",
    provider="openai",
    host="api.openai.com",
    finish="stop",
    latency_ms=12.5,
    cost=None,
)
characters = st.text(st.characters(exclude_categories=["Cs"]))
counts = st.none() | st.integers(0, 10**9)
replies = st.builds(
    Reply,
    text=characters,
    usage=st.builds(Usage, input=counts, output=counts, cache_read=st.integers(0, 9), cache_write=st.integers(0, 9)),
    model=characters,
    latency_ms=st.floats(0, 1e6),
    cost=st.none() | st.floats(0, 10),
)


@given(st.dictionaries(characters, replies, max_size=4))
def test_what_is_spelled_is_read_again(kept: dict[str, Reply]) -> None:
    text = spell_replies(kept)
    assert text is not None
    assert parse_replies(text, "r.jsonl") == kept


def test_lines_are_sorted_by_key_and_stable() -> None:
    text = spell_replies({"b": REPLY, "a": REPLY})
    assert text == spell_replies({"a": REPLY, "b": REPLY})
    assert [json.loads(line)["key"] for line in str(text).split("\n")[:-1]] == ["a", "b"]


def test_too_much_for_a_repository_is_not_spelled() -> None:
    assert spell_replies({"a": Reply(text="ü" * (MAX_KEPT_BYTES // 2))}) is None
    assert spell_replies({"a": Reply(text="u" * (MAX_KEPT_BYTES // 2))}) is not None


def _line(**change: Any) -> str:
    return json.dumps({"key": "k", "reply": reply_to_dict(REPLY)} | change)


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "null",
        "[]",
        "{}",
        _line(extra=1),
        _line(key=1),
        _line(reply=None),
        _line(reply={"text": "x"}),
        _line(reply=reply_to_dict(REPLY) | {"new": 1}),
        _line(reply=reply_to_dict(REPLY) | {"text": None}),
        _line(reply=reply_to_dict(REPLY) | {"cost": "0.1"}),
        _line(reply=reply_to_dict(REPLY) | {"cost": True}),
        _line(reply=reply_to_dict(REPLY) | {"usage": {"input": 1.5, "output": 1, "cache_read": 0, "cache_write": 0}}),
        _line(reply=reply_to_dict(REPLY) | {"tool_calls": ["x"]}),
        *(_line(reply=reply_to_dict(REPLY) | {"cost": cost}) for cost in (-0.1, 1e308, 10**400)),
        _line(reply=reply_to_dict(REPLY) | {"latency_ms": 10**400}),
        _line(reply=reply_to_dict(REPLY) | {"usage": {"input": -1, "output": 1, "cache_read": 0, "cache_write": 0}}),
        _line().replace("12.5", "NaN"),
        _line().replace('"key": "k"', '"key": "k", "key": "l"'),
        "[" * 100_000,
        _line()[:-20],
    ],
)
def test_a_line_at_fault_is_an_error_with_its_place(line: str) -> None:
    with pytest.raises(DocumentError) as caught:
        parse_replies(f"{_line(key='fine')}\n\n{line}\n", "replies/x.jsonl")
    assert caught.value.code == "PC085"
    assert str(caught.value.problem.place) == "replies/x.jsonl:3"


def test_every_line_at_fault_is_named() -> None:
    with pytest.raises(DocumentError) as caught:
        parse_replies("{\n}\n", "r")
    assert [str(problem.place) for problem in caught.value.problems] == ["r:1", "r:2"]


def test_the_same_line_twice_is_fine_but_not_two_answers_to_one_key() -> None:
    assert parse_replies(_line() + "\n" + _line(), "r") == {"k": REPLY}
    other = _line(reply=reply_to_dict(replace(REPLY, text="other")))
    with pytest.raises(DocumentError, match="two different replies"):
        parse_replies(_line() + "\n" + other, "r")


def test_a_masked_reply_holds_no_secret_and_says_the_rest() -> None:
    secret = "hunter2-hunter2-hunter2"
    reply = replace(REPLY, text=f"x {secret}", tool_calls=({"arguments": {"q": secret}},))
    kept = masked(reply, (secret,))
    assert secret not in repr(kept)
    assert replace(kept, text="", tool_calls=()) == replace(reply, text="", tool_calls=())
    assert masked(REPLY, (secret,)) == REPLY
    assert reply_from_dict(reply_to_dict(kept)) == kept


@pytest.mark.parametrize("broken", ["\ud800", float("nan"), {1, 2}])
def test_a_request_that_json_cannot_carry_has_no_key(broken: Any) -> None:
    request = Request(model="m", messages=({"role": "user", "content": "x"},), parameters={"p": broken})
    with pytest.raises(UsageError) as caught:
        reply_key(request, 0)
    assert caught.value.code == "PC088"

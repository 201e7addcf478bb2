from __future__ import annotations

from typing import Any

import pytest

from promptctl.adapters.providers import openai
from promptctl.adapters.providers.answer import MalformedAnswer
from promptctl.core.models.request import Request, Usage
from promptctl.errors import UsageError
from tests.servers import openai_answer

USER = {"role": "user", "content": "hi"}
STRICT = {
    "type": "object",
    "properties": {"queue": {"type": "string"}},
    "required": ["queue"],
    "additionalProperties": False,
}


def request(**fields: Any) -> Request:
    return Request(**{"model": "gpt-4.1", "messages": (USER,)} | fields)


def test_a_whole_request() -> None:
    parts = [{"type": "text", "text": "see"}, {"type": "image_url", "image_url": {"url": "https://x/y.png"}}]
    body = openai.body(
        request(
            messages=({"role": "system", "content": "S", "cache": True}, {"role": "user", "content": parts}),
            parameters={"temperature": 0, "max_tokens": 5, "seed": None, "tool_choice": "auto"},
            output=STRICT,
            tools=({"name": "f", "description": "d", "parameters": {"type": "object"}},),
        ),
        "gpt-4.1",
    )
    assert body == {
        "model": "gpt-4.1",
        "messages": [{"role": "system", "content": "S"}, {"role": "user", "content": parts}],
        "tools": [
            {"type": "function", "function": {"name": "f", "description": "d", "parameters": {"type": "object"}}}
        ],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "output", "schema": STRICT, "strict": True},
        },
        "temperature": 0,
        "max_tokens": 5,
        "seed": None,
        "tool_choice": "auto",
    }


def test_both_limits_go_as_written() -> None:
    body = openai.body(request(parameters={"max_tokens": 7, "max_completion_tokens": 9}), "gpt-5")
    assert (body["max_tokens"], body["max_completion_tokens"]) == (7, 9)


@pytest.mark.parametrize(
    ("schema", "strict"),
    [
        (STRICT | {"properties": {"a": {"type": ["object", "null"]}}, "required": ["a"]}, False),
        (STRICT | {"properties": {"properties": {"const": {"type": "object"}}}, "required": ["properties"]}, True),
        (STRICT, True),
        ({"type": "string"}, True),
        (STRICT | {"additionalProperties": True}, False),
        (STRICT | {"required": []}, False),
        ({"type": "object"}, False),
        (STRICT | {"properties": {"queue": {"type": "object"}}}, False),
        ({"type": "array", "items": {"anyOf": [STRICT, {"type": "object", "properties": {}}]}}, False),
    ],
)
def test_only_closed_schemas_are_enforced(schema: dict[str, Any], strict: bool) -> None:
    sent = openai.body(request(output=schema), "gpt-4.1")["response_format"]["json_schema"]
    assert sent == {"name": "output", "schema": schema} | ({"strict": True} if strict else {})


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"parameters": {"messages": []}}, "`messages` is set twice"),
        ({"parameters": {"model": "x"}}, "`model` is set twice"),
        ({"parameters": {"response_format": {}}, "output": STRICT}, "`response_format` is set twice"),
        ({"parameters": {"stream": True}}, "`stream` cannot be True"),
        ({"parameters": {"n": 3}}, "`n` cannot be 3"),
        ({"messages": ({"content": "x"},)}, "messages[0]: `role`"),
        ({"messages": (USER, {"role": "user"})}, "messages[1]: `content`"),
        ({"messages": ({"role": "user", "content": [{"type": "text"}]},)}, "`content` must be"),
        ({"messages": ({"role": "user", "content": [{"type": "image_url", "image_url": "u"}]},)}, "`content` must be"),
        ({"messages": ({"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]},)}, "a tool call is"),
    ],
)
def test_what_cannot_be_said_is_an_error(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        openai.body(request(**fields), "gpt-4.1")
    assert caught.value.code == "PC073"
    assert said in str(caught.value)


def test_harmless_spellings_of_one_whole_answer_pass() -> None:
    body = openai.body(request(parameters={"stream": False, "n": 1}), "gpt-4.1")
    assert (body["stream"], body["n"]) == (False, 1)


def test_earlier_tool_calls_go_as_they_came() -> None:
    call = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    messages = (
        USER,
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "1", "content": "42"},
    )
    assert openai.body(request(messages=messages), "gpt-4.1")["messages"] == list(messages)


def test_an_answer_is_read() -> None:
    reply = openai.parse(openai_answer("hello"))
    assert (reply.text, reply.model, reply.finish) == ("hello", "gpt-4.1-2025-04-14", "stop")
    assert reply.usage == Usage(input=100, output=20, cache_read=40)


def choice(finish: str = "stop", **message: Any) -> dict[str, Any]:
    return {"choices": [{"finish_reason": finish, "message": {"role": "assistant", **message}}]}


def test_tool_calls_refusals_parts_and_unknown_usage_are_read() -> None:
    called = openai.parse(
        choice(
            "tool_calls",
            content=None,
            tool_calls=[
                {"id": "1", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}},
                {"function": {"name": "g", "arguments": "not json"}},
            ],
        )
    )
    assert called.tool_calls == (
        {"id": "1", "name": "f", "arguments": {"a": 1}},
        {"id": "", "name": "g", "arguments": "not json"},
    )
    assert (called.text, called.finish, called.usage) == ("", "tool_calls", Usage())
    refused = openai.parse(choice(content=None, refusal="I cannot"))
    assert (refused.text, refused.finish) == ("I cannot", "refusal")
    parts = [{"type": "thinking", "thinking": []}, {"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    assert openai.parse(choice("length", content=parts)).text == "ab"
    assert openai.parse(choice(content="x") | {"usage": None}).usage == Usage()


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        "x",
        {},
        {"choices": None},
        {"choices": []},
        {"choices": ["x"]},
        {"choices": [{}]},
        {"choices": [{"message": "x"}]},
        {"choices": [{"message": {"role": "assistant"}}]},
        choice(content=1),
        choice(content=[1]),
        choice(content=[{"type": "text"}]),
        choice(content="x", tool_calls="x"),
        choice(content="x", tool_calls=[{"function": {"name": 1}}]),
        choice(content="x") | {"usage": []},
        choice(content="x") | {"usage": {"prompt_tokens": "10"}},
        choice(content="x") | {"usage": {"prompt_tokens": True}},
        choice(content="x") | {"usage": {"prompt_tokens": -1}},
        choice(content="x") | {"usage": {"prompt_tokens": 10**30}},
        choice(content="x") | {"usage": {"prompt_tokens_details": 5}},
        choice(content="x") | {"model": 5},
        {"error": {"message": "overloaded"}},
    ],
)
def test_what_the_format_does_not_know_is_never_an_answer(answer: Any) -> None:
    with pytest.raises(MalformedAnswer):
        openai.parse(answer)


def test_no_key_no_header() -> None:
    assert openai.headers("") == {}
    assert openai.headers("k") == {"Authorization": "Bearer k"}

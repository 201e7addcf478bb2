from __future__ import annotations

from typing import Any

import pytest

from promptctl.adapters.providers import anthropic
from promptctl.adapters.providers.answer import MalformedAnswer
from promptctl.core.models.request import Request, Usage
from promptctl.errors import UsageError
from tests.servers import anthropic_answer

USER = {"role": "user", "content": "hi"}
MARK = {"cache_control": {"type": "ephemeral"}}


def request(**fields: Any) -> Request:
    return Request(**{"model": "claude-x", "messages": (USER,), "parameters": {"max_tokens": 9}} | fields)


def test_a_whole_request() -> None:
    body = anthropic.body(
        request(
            messages=(
                {"role": "system", "content": "S", "cache": True},
                {"role": "developer", "content": "D"},
                {
                    "role": "user",
                    "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}],
                    "cache": True,
                },
                {"role": "assistant", "content": "c"},
                USER,
            ),
            parameters={
                "max_tokens": 9,
                "temperature": 0.5,
                "stop_sequences": ["x"],
                "output_config": {"effort": "low"},
            },
            output={"type": "object", "properties": {"q": {"type": "string"}}},
            tools=({"name": "f", "parameters": {"type": "object"}, "strict": True}, {"name": "g"}),
        ),
        "claude-x",
    )
    closed = {"type": "object", "properties": {"q": {"type": "string"}}, "additionalProperties": False}
    assert body == {
        "model": "claude-x",
        "system": [{"type": "text", "text": "S"} | MARK, {"type": "text", "text": "D"}],
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"} | MARK]},
            {"role": "assistant", "content": "c"},
            USER,
        ],
        "tools": [
            {"name": "f", "input_schema": {"type": "object"}, "strict": True},
            {"name": "g", "input_schema": {"type": "object", "properties": {}}},
        ],
        "output_config": {"effort": "low", "format": {"type": "json_schema", "schema": closed}},
        "max_tokens": 9,
        "temperature": 0.5,
        "stop_sequences": ["x"],
    }


def test_images_and_tool_results() -> None:
    call = {"id": "1", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}
    images = [
        {"type": "image_url", "image_url": {"url": "https://x/y.png", "detail": "auto"}},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
    ]
    messages = (
        {"role": "user", "content": images},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "1", "content": "42", "cache": True},
    )
    assert anthropic.body(request(messages=messages), "claude-x")["messages"] == [
        {
            "role": "user",
            "content": [
                {"type": "image", "source": {"type": "url", "url": "https://x/y.png"}},
                {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}},
            ],
        },
        {"role": "assistant", "content": [{"type": "tool_use", "id": "1", "name": "f", "input": {"a": 1}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "1", "content": "42"} | MARK]},
    ]


@pytest.mark.parametrize(
    ("schema", "closed"),
    [
        (
            {"type": "object", "properties": {"default": {"type": "object"}, "enum": {"enum": [{"type": "object"}]}}},
            {
                "type": "object",
                "properties": {
                    "default": {"type": "object", "additionalProperties": False},
                    "enum": {"enum": [{"type": "object"}]},
                },
                "additionalProperties": False,
            },
        ),
        ({"type": ["object", "null"]}, {"type": ["object", "null"], "additionalProperties": False}),
        ({"type": "object", "additionalProperties": True}, {"type": "object", "additionalProperties": True}),
        (
            {"type": "array", "items": {"type": "object"}},
            {"type": "array", "items": {"type": "object", "additionalProperties": False}},
        ),
        ({"const": {"type": "object"}}, {"const": {"type": "object"}}),
        (
            {"anyOf": [{"type": "object"}, {"type": "string"}]},
            {"anyOf": [{"type": "object", "additionalProperties": False}, {"type": "string"}]},
        ),
    ],
)
def test_open_objects_of_the_answers_schema_are_closed(schema: dict[str, Any], closed: dict[str, Any]) -> None:
    assert anthropic.closed(schema) == closed


def with_messages(*messages: dict[str, Any]) -> dict[str, Any]:
    return {"messages": messages}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"parameters": {}}, "`max_tokens` is required"),
        (with_messages(USER, {"role": "system", "content": "late"}), "before all others"),
        (with_messages({"role": "system", "content": "alone"}), "besides the system's"),
        (with_messages({"role": "function", "content": "x"}), "no role `function`"),
        (with_messages(USER | {"name": "ada"}), "cannot carry `name`"),
        (with_messages(*[USER | {"cache": True}] * 5), "at most 4"),
        (with_messages({"role": "user", "content": "", "cache": True}), "an empty message"),
        (
            with_messages(
                {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "u", "detail": "low"}}]}
            ),
            "`detail`",
        ),
        (
            with_messages({"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:,x"}}]}),
            "data URL",
        ),
        (
            with_messages(
                {
                    "role": "assistant",
                    "content": None,
                    "tool_calls": [{"id": "1", "function": {"name": "f", "arguments": "["}}],
                }
            ),
            "are not an object",
        ),
        (
            {"parameters": {"max_tokens": 1, "system": "x"}, "messages": ({"role": "system", "content": "s"}, USER)},
            "twice",
        ),
        ({"parameters": {"max_tokens": 1, "output_config": {"format": {}}}, "output": {}}, "`output_config.format`"),
        ({"parameters": {"max_tokens": 1, "stream": True}}, "`stream` cannot be True"),
        (with_messages({"role": "user"}), "`content` must be"),
    ],
)
def test_what_cannot_be_said_is_an_error(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        anthropic.body(request(**fields), "claude-x")
    assert caught.value.code == "PC073"
    assert said in str(caught.value)


def test_an_answer_is_read_and_its_input_is_the_total() -> None:
    reply = anthropic.parse(anthropic_answer("hello"))
    assert (reply.text, reply.model, reply.finish) == ("hello", "claude-sonnet-4-5-20250929", "stop")
    assert reply.usage == Usage(input=100, output=20, cache_read=40, cache_write=10)


def test_writes_that_are_kept_for_an_hour_are_told_apart() -> None:
    lasting = {"ephemeral_5m_input_tokens": 4, "ephemeral_1h_input_tokens": 6}
    usage = {"input_tokens": 50, "output_tokens": 1, "cache_creation_input_tokens": 10, "cache_creation": lasting}
    expected = Usage(input=60, output=1, cache_write=10, cache_write_hour=6)
    assert anthropic.parse(anthropic_answer(usage=usage)).usage == expected


def test_blocks_are_joined_and_tools_are_calls() -> None:
    content = [
        {"type": "thinking", "thinking": "hm", "signature": "s"},
        {"type": "text", "text": "a"},
        {"type": "tool_use", "id": "1", "name": "f", "input": {"a": 1}},
        {"type": "text", "text": "b"},
    ]
    reply = anthropic.parse(anthropic_answer(content=content, stop_reason="tool_use"))
    assert (reply.text, reply.finish) == ("ab", "tool_calls")
    assert reply.tool_calls == ({"id": "1", "name": "f", "arguments": {"a": 1}},)


@pytest.mark.parametrize(
    ("reason", "finish"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("max_tokens", "length"),
        ("refusal", "refusal"),
        ("pause_turn", "pause_turn"),
    ],
)
def test_why_it_ended(reason: str, finish: str) -> None:
    assert anthropic.parse(anthropic_answer(stop_reason=reason)).finish == finish


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        {},
        {"content": "text"},
        {"content": ["x"]},
        {"content": [{"text": "x"}]},
        {"content": [{"type": "text"}]},
        {"content": [{"type": "text", "text": None}]},
        {"content": [{"type": "tool_use", "id": "1", "name": "f", "input": "{}"}]},
        anthropic_answer(usage="x"),
        anthropic_answer(usage={"input_tokens": 1.5}),
        anthropic_answer(usage={"input_tokens": 1, "cache_read_input_tokens": -5}),
        anthropic_answer(stop_reason=1),
        {"type": "error", "error": {"type": "overloaded_error", "message": "x"}, "content": []},
    ],
)
def test_what_the_format_does_not_know_is_never_an_answer(answer: Any) -> None:
    with pytest.raises(MalformedAnswer):
        anthropic.parse(answer)


def test_the_version_always_goes_the_key_only_if_there_is_one() -> None:
    assert anthropic.headers("") == {"anthropic-version": "2023-06-01"}
    assert anthropic.headers("k") == {"anthropic-version": "2023-06-01", "x-api-key": "k"}


@pytest.mark.parametrize("written", [None, "low", [["effort", "low"]]])
def test_an_output_config_that_is_no_mapping_is_named(written: Any) -> None:
    asked = request(output={"type": "object"}, parameters={"max_tokens": 5, "output_config": written})
    with pytest.raises(UsageError, match="`output_config` must be a mapping"):
        anthropic.body(asked, "claude-x")

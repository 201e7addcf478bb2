"""Events of each format, put together, are the answer that would have come whole."""

from __future__ import annotations

import json
from typing import Any

import pytest

from promptctl.adapters.providers import WIRE_FORMATS
from promptctl.adapters.providers.answer import MalformedAnswer, StreamFault
from promptctl.adapters.providers.events import Event
from promptctl.core.models.request import Reply, Usage
from tests.servers import anthropic_answer, anthropic_events, openai_answer, openai_events


def assembled(kind: str, events: list[Any]) -> tuple[list[str], Reply | None]:
    streaming = WIRE_FORMATS[kind].streaming
    assert streaming
    assembly = streaming.assembly()
    texts = [assembly.feed(Event("", it if isinstance(it, str) else json.dumps(it))) for it in events]
    reply = WIRE_FORMATS[kind].parse(assembly.answer()) if assembly.done else None
    return [text for text in texts if text], reply


@pytest.mark.parametrize(
    ("kind", "events", "whole"),
    [
        ("openai", openai_events("Hello world"), openai_answer("Hello world")),
        ("anthropic", anthropic_events("Hello world"), anthropic_answer("Hello world")),
    ],
)
def test_a_stream_says_what_the_whole_answer_says(kind: str, events: list[str], whole: Any) -> None:
    texts, reply = assembled(kind, events)
    assert texts == ["Hell", "o wo", "rld"]
    assert reply == WIRE_FORMATS[kind].parse(whole)
    assert reply
    assert reply.usage == Usage(input=100, output=20, cache_read=40, cache_write=10 * (kind == "anthropic"))
    assert assembled(kind, events[:-1])[1] is None


def delta(**said: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": said}]}


def test_tool_calls_and_refusals_of_openai() -> None:
    calls = [
        delta(tool_calls=[{"index": 0, "id": "a", "function": {"name": "find", "arguments": ""}}]),
        delta(tool_calls=[{"index": 1, "id": "b", "function": {"name": "stop"}}]),
        delta(tool_calls=[{"index": 0, "function": {"arguments": '{"q": '}}]),
        delta(tool_calls=[{"index": 0, "function": {"arguments": "1}"}}]),
        {"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]},
        "[DONE]",
    ]
    texts, reply = assembled("openai", calls)
    assert reply
    assert (texts, reply.finish, reply.usage.input) == ([], "tool_calls", None)
    assert list(reply.tool_calls) == [
        {"id": "a", "name": "find", "arguments": {"q": 1}},
        {"id": "b", "name": "stop", "arguments": {}},
    ]
    texts, reply = assembled("openai", [delta(refusal="I "), delta(refusal="won't", content=None), "[DONE]"])
    assert reply
    assert (texts, reply.text, reply.finish) == (["I ", "won't"], "I won't", "refusal")


def test_blocks_of_anthropic() -> None:
    start = {"type": "message_start", "message": anthropic_answer(content=[])}
    tool = {"type": "tool_use", "id": "t", "name": "find", "input": {}}
    events = [
        start,
        {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "hm"}},
        {"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": "so"}},
        {"type": "content_block_start", "index": 2, "content_block": tool},
        {"type": "content_block_delta", "index": 2, "delta": {"type": "input_json_delta", "partial_json": '{"q"'}},
        {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": " it is"}},
        {"type": "content_block_delta", "index": 2, "delta": {"type": "input_json_delta", "partial_json": ": 1}"}},
        {"type": "content_block_start", "index": 3, "content_block": tool},
        {"type": "something_new", "data": 1},
        {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 5}},
        {"type": "message_stop"},
    ]
    texts, reply = assembled("anthropic", events)
    assert reply
    assert (texts, reply.text, reply.finish) == (["so", " it is"], "so it is", "tool_calls")
    assert [call["arguments"] for call in reply.tool_calls] == [{"q": 1}, {}]
    assert reply.usage == Usage(input=100, output=5, cache_read=40, cache_write=10)


@pytest.mark.parametrize(
    ("reason", "arguments"),
    [("max_tokens", '{"q": "par'), ("model_context_window_exceeded", '{"q": "par'), ("end_turn", None)],
)
def test_a_tool_call_that_the_limit_cut_is_a_long_answer_and_no_faulty_one(reason: str, arguments: str | None) -> None:
    tool = {"type": "tool_use", "id": "t", "name": "find", "input": {}}
    events = [
        {"type": "message_start", "message": anthropic_answer(content=[])},
        {"type": "content_block_start", "index": 0, "content_block": tool},
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "input_json_delta", "partial_json": '{"q": "par'},
        },
        {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {"output_tokens": 5}},
        {"type": "message_stop"},
    ]
    if arguments is None:
        with pytest.raises(MalformedAnswer):
            assembled("anthropic", events)
        return
    _, reply = assembled("anthropic", events)
    assert reply
    assert (reply.finish, reply.tool_calls[0]["arguments"]) == ("length", arguments)


BLOCK = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
PIECE = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "a"}}


@pytest.mark.parametrize(
    ("kind", "events"),
    [
        ("openai", ["not json"]),
        ("openai", [[]]),
        ("openai", [{"choices": "x"}]),
        ("openai", [delta(content=5)]),
        ("openai", [delta(tool_calls=[{"id": "a"}])]),
        ("openai", [{"choices": [], "usage": "many"}]),
        ("openai", [delta(tool_calls=[{"index": number} for number in range(1002)])]),
        ("openai", ["[DONE]"]),
        ("anthropic", ["[DONE]"]),
        ("anthropic", [{"no": "type"}]),
        ("anthropic", [PIECE]),
        ("anthropic", [BLOCK, BLOCK]),
        ("anthropic", [BLOCK, PIECE | {"index": -1}]),
        ("anthropic", [{"type": "message_delta", "delta": {}}]),
    ],
)
def test_events_without_sense_are_no_answer(kind: str, events: list[Any]) -> None:
    with pytest.raises(MalformedAnswer):
        assembled(kind, events)


@pytest.mark.parametrize(("kind", "error"), [("openai", {"error": {"message": "x"}}), ("anthropic", {"type": "error"})])
def test_an_error_in_a_stream_is_told(kind: str, error: dict[str, Any]) -> None:
    with pytest.raises(StreamFault):
        assembled(kind, [error])

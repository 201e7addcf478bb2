"""The messages API of Anthropic."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from promptctl.adapters.providers.answer import MalformedAnswer, arguments, take, take_optional, tokens
from promptctl.adapters.providers.spelling import (
    LITERALS,
    NAMED,
    add_parameters,
    cannot_say,
    check_messages,
    is_object,
    text_of,
)
from promptctl.core.models.request import Reply, Request, Usage

PATH = "/v1/messages"
VERSION = "2023-06-01"
MAX_BREAKPOINTS = 4
_DATA_URL = re.compile(r"data:(image/[a-z0-9.+-]+);base64,(.*)", re.DOTALL)
_MESSAGE_KEYS = {"role", "content", "cache", "tool_calls", "tool_call_id"}
CUT = {"max_tokens", "model_context_window_exceeded"}
"""Reasons to stop in the middle of an answer, perhaps of a tool call's arguments."""
_FINISHES = {"end_turn": "stop", "stop_sequence": "stop", "tool_use": "tool_calls"} | dict.fromkeys(CUT, "length")


def headers(key: str) -> Mapping[str, str]:
    """The version, and the header that carries the key; a server that takes no key gets none."""
    return {"anthropic-version": VERSION} | ({"x-api-key": key} if key else {})


def body(request: Request, model_id: str) -> dict[str, Any]:
    """The request's JSON: leading system messages apart, ``cache: true`` as a breakpoint on the message's last block.

    Raises UsageError for a missing ``max_tokens``, late system messages and what else the format cannot say.
    """
    check_messages(request.messages)
    if "max_tokens" not in request.parameters:
        raise cannot_say("anthropic", "`max_tokens` is required", "add it to `parameters` in prompt.yaml")
    if sum(bool(message.get("cache")) for message in request.messages) > MAX_BREAKPOINTS:
        raise cannot_say("anthropic", f"at most {MAX_BREAKPOINTS} messages may have `cache: true`")
    system, turns = _divide(request.messages)
    sent: dict[str, Any] = {"model": model_id, "messages": [_turn(message) for message in turns]}
    if system:
        sent["system"] = [block for message in system for block in _blocks(message)]
    if request.tools:
        sent["tools"] = [_tool(tool) for tool in request.tools]
    parameters = dict(request.parameters)
    if request.output is not None:
        sent["output_config"] = _output_config(parameters.pop("output_config", {}), request.output)
    add_parameters(sent, parameters, "anthropic")
    return sent


def _divide(messages: Sequence[Mapping[str, Any]]) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    system = []
    for message in messages:
        if message["role"] not in ("system", "developer"):
            break
        system.append(message)
    turns = list(messages[len(system) :])
    if any(message["role"] in ("system", "developer") for message in turns):
        raise cannot_say("anthropic", "system messages must come before all others", "move them to the start")
    if not turns:
        raise cannot_say("anthropic", "a request needs a message besides the system's", "add a user message")
    return system, turns


def _turn(message: Mapping[str, Any]) -> dict[str, Any]:
    if unknown := sorted(message.keys() - _MESSAGE_KEYS):
        raise cannot_say("anthropic", f"a message cannot carry `{unknown[0]}`")
    if message["role"] == "tool":
        result = {
            "type": "tool_result",
            "tool_use_id": message.get("tool_call_id", ""),
            "content": text_of(message["content"]),
        }
        return {"role": "user", "content": _marked([result], message)}
    if message["role"] not in ("user", "assistant"):
        raise cannot_say("anthropic", f"there is no role `{message['role']}`")
    if message.get("cache") or message.get("tool_calls") or not isinstance(message["content"], str):
        return {"role": message["role"], "content": _blocks(message)}
    return {"role": message["role"], "content": message["content"]}


def _blocks(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    content = message["content"]
    parts = [{"type": "text", "text": content}] if isinstance(content, str) and content else content or []
    blocks = [_block(part) for part in parts]
    blocks += [_tool_use(call) for call in message.get("tool_calls") or ()]
    return _marked(blocks, message)


def _marked(blocks: list[dict[str, Any]], message: Mapping[str, Any]) -> list[dict[str, Any]]:
    if not message.get("cache"):
        return blocks
    if not blocks:
        raise cannot_say("anthropic", "an empty message cannot end a cached prefix", "remove `cache: true` from it")
    return [*blocks[:-1], blocks[-1] | {"cache_control": {"type": "ephemeral"}}]


def _block(part: Mapping[str, Any]) -> dict[str, Any]:
    if part["type"] != "image_url":
        return dict(part)
    if part["image_url"].get("detail", "auto") != "auto":
        raise cannot_say("anthropic", "an image cannot ask for a level of `detail`", "remove `detail`")
    url = part["image_url"]["url"]
    if not url.startswith("data:"):
        return {"type": "image", "source": {"type": "url", "url": url}}
    if not (data := _DATA_URL.fullmatch(url)):
        raise cannot_say("anthropic", "an image's data URL must start with data:image/…;base64,")
    return {"type": "image", "source": {"type": "base64", "media_type": data[1], "data": data[2]}}


def _tool_use(call: Mapping[str, Any]) -> dict[str, Any]:
    function = call["function"]
    given = arguments(function["arguments"])
    if not isinstance(given, dict):
        raise cannot_say("anthropic", f"the arguments of an earlier call of `{function['name']}` are not an object")
    return {"type": "tool_use", "id": call["id"], "name": function["name"], "input": given}


def _tool(tool: Mapping[str, Any]) -> dict[str, Any]:
    renamed = {("input_schema" if name == "parameters" else name): value for name, value in tool.items()}
    return {"input_schema": {"type": "object", "properties": {}}} | renamed


def _output_config(written: Any, schema: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(written, Mapping):
        raise cannot_say("anthropic", "the parameter `output_config` must be a mapping", "as in {effort: low}")
    if "format" in written:
        raise cannot_say("anthropic", "`output_config.format` is set twice", "prompt.yaml says it with `output`")
    return {**written, "format": {"type": "json_schema", "schema": closed(schema)}}


def closed(schema: Any) -> Any:
    """The schema with each object that does not say so closed to further properties: the API takes no other."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    inner = {name: _closed_at(name, value) for name, value in schema.items()}
    return (
        {**inner, "additionalProperties": False} if is_object(schema) and "additionalProperties" not in inner else inner
    )


def _closed_at(keyword: str, value: Any) -> Any:
    if keyword in LITERALS:
        return value
    if keyword in NAMED and isinstance(value, Mapping):
        return {name: closed(schema) for name, schema in value.items()}
    return closed(value)


def parse(answer: Any) -> Reply:
    """The message as a reply; its thinking is no part of the answer. Raises MalformedAnswer."""
    if isinstance(answer, Mapping) and answer.get("type") == "error":
        raise MalformedAnswer("the answer is an error, sent as a success")
    blocks = [(take(block, "type", str), block) for block in take(answer, "content", list)]
    reason = take_optional(answer, "stop_reason", str) or "stop"
    return Reply(
        text="".join(take(block, "text", str) for kind, block in blocks if kind == "text"),
        tool_calls=tuple(_tool_call(block, cut=reason in CUT) for kind, block in blocks if kind == "tool_use"),
        usage=usage(answer),
        model=take_optional(answer, "model", str) or "",
        finish=_FINISHES.get(reason, reason),
    )


def _tool_call(block: Mapping[str, Any], *, cut: bool) -> dict[str, Any]:
    given = take(block, "input", str if cut and isinstance(block.get("input"), str) else dict)
    return {"id": take(block, "id", str), "name": take(block, "name", str), "arguments": given}


def usage(answer: Any) -> Usage:
    """The tokens that an answer took, as it says. Raises MalformedAnswer."""
    said = take_optional(answer, "usage", dict)
    fresh = tokens(said, "input_tokens")
    read = tokens(said, "cache_read_input_tokens") or 0
    write = tokens(said, "cache_creation_input_tokens") or 0
    lasting = take_optional(said, "cache_creation", dict) if said is not None else None
    return Usage(
        input=None if fresh is None else fresh + read + write,
        output=tokens(said, "output_tokens"),
        cache_read=read,
        cache_write=write,
        cache_write_hour=min(write, tokens(lasting, "ephemeral_1h_input_tokens") or 0),
    )

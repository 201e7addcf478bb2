"""Chat completions, as OpenAI and compatible servers speak it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from promptctl.adapters.providers.answer import MalformedAnswer, arguments, take, take_optional, tokens
from promptctl.adapters.providers.spelling import LITERALS, NAMED, add_parameters, check_messages, is_object
from promptctl.core.models.request import Reply, Request, Usage

PATH = "/chat/completions"
_SAYS = {"content", "refusal", "tool_calls"}


def headers(key: str) -> Mapping[str, str]:
    """The header that carries the key; a server that takes no key gets none."""
    return {"Authorization": f"Bearer {key}"} if key else {}


def body(request: Request, model_id: str) -> dict[str, Any]:
    """The request's JSON. Prefixes are cached by the server's own choice, so ``cache`` marks have no spelling.

    Raises UsageError for doubled parameters.
    """
    check_messages(request.messages)
    sent: dict[str, Any] = {"model": model_id, "messages": [_message(message) for message in request.messages]}
    if request.tools:
        sent["tools"] = [{"type": "function", "function": dict(tool)} for tool in request.tools]
    if request.output is not None:
        schema = {"name": "output", "schema": request.output}
        strict = {"strict": True} if allows_strict(request.output) else {}
        sent["response_format"] = {"type": "json_schema", "json_schema": schema | strict}
    add_parameters(sent, request.parameters, "openai")
    return sent


def _message(message: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in message.items() if name != "cache"}


def allows_strict(schema: Any) -> bool:
    """Whether the server may enforce the schema: each object closed and all its properties required."""
    if isinstance(schema, list):
        return all(allows_strict(item) for item in schema)
    if not isinstance(schema, Mapping):
        return True
    if is_object(schema) or "properties" in schema:
        properties = schema.get("properties", {})
        if schema.get("additionalProperties") is not False or set(schema.get("required", ())) != set(properties):
            return False
    return all(map(allows_strict, _inner(schema)))


def _inner(schema: Mapping[str, Any]) -> Iterator[Any]:
    for name, value in schema.items():
        if name in NAMED and isinstance(value, Mapping):
            yield from value.values()
        elif name not in LITERALS:
            yield value


def parse(answer: Any) -> Reply:
    """The first choice as a reply. Raises MalformedAnswer."""
    if isinstance(answer, Mapping) and answer.get("error") and "choices" not in answer:
        raise MalformedAnswer(f"the answer is an error: {error_text(answer)}")
    choices = take(answer, "choices", list)
    if not choices:
        raise MalformedAnswer("`choices` is empty")
    message = take(choices[0], "message", dict)
    if not _SAYS & message.keys():
        raise MalformedAnswer("the answer's message says nothing, not even that it has no `content`")
    refusal = take_optional(message, "refusal", str)
    return Reply(
        text=refusal or _text(message),
        tool_calls=tuple(_tool_call(call) for call in take_optional(message, "tool_calls", list) or ()),
        usage=usage(answer),
        model=take_optional(answer, "model", str) or "",
        finish="refusal" if refusal else take_optional(choices[0], "finish_reason", str) or "stop",
    )


def _text(message: Mapping[str, Any]) -> str:
    if isinstance(message.get("content"), list):
        return "".join(take(part, "text", str) for part in message["content"] if take(part, "type", str) == "text")
    return take_optional(message, "content", str) or ""


def _tool_call(call: Any) -> dict[str, Any]:
    function = take(call, "function", dict)
    written = take_optional(function, "arguments", str) or "{}"
    return {
        "id": take_optional(call, "id", str) or "",
        "name": take(function, "name", str),
        "arguments": arguments(written),
    }


def usage(answer: Any) -> Usage:
    """The tokens that an answer took, as it says. Raises MalformedAnswer."""
    said = take_optional(answer, "usage", dict)
    details = take_optional(said, "prompt_tokens_details", dict) if said is not None else None
    return Usage(
        input=tokens(said, "prompt_tokens"),
        output=tokens(said, "completion_tokens"),
        cache_read=tokens(details, "cached_tokens") or 0,
        cache_write=tokens(details, "cache_write_tokens") or 0,
    )


def error_text(answer: Any) -> str:
    """What an error answer of either wire format says, shortened; empty when it says nothing readable."""
    error = answer.get("error") if isinstance(answer, Mapping) else None
    said = error.get("message") if isinstance(error, Mapping) else error
    return said.strip() if isinstance(said, str) else ""

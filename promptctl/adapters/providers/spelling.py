"""What the wire formats share in spelling a request: parameters as written, texts, and saying what cannot be said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from promptctl.errors import UsageError

CANNOT_SAY = "PC073"
LITERALS = {"const", "enum", "default", "examples"}
"""Keywords of JSON Schema whose value is no schema."""
NAMED = {"properties", "patternProperties", "dependentSchemas", "$defs", "definitions"}
"""Keywords that hold schemas by names, which may be spelled like keywords."""
_ONE_WAY = {
    "stream": (False, "who asks says whether the answer is streamed"),
    "n": (1, "promptctl asks for one answer at a time; use `repeat` in eval.yaml"),
}


def cannot_say(kind: str, message: str, hint: str | None = None) -> UsageError:
    """The error for a request that has no spelling in a wire format."""
    return UsageError(CANNOT_SAY, f"{kind}: {message}", hint=hint)


def add_parameters(body: dict[str, Any], parameters: Mapping[str, Any], kind: str) -> None:
    """Adds each parameter to ``body`` as written. Raises UsageError for one that the body already has."""
    for name, value in parameters.items():
        allowed, reason = _ONE_WAY.get(name, (value, ""))
        if value != allowed:
            raise cannot_say(kind, f"the parameter `{name}` cannot be {value!r}: {reason}")
        if name in body:
            raise cannot_say(kind, f"the parameter `{name}` is set twice", "prompt.yaml has a field of its own for it")
        body[name] = value


def check_messages(messages: Sequence[Mapping[str, Any]]) -> None:
    """Raises UsageError for a message that no wire format can read; earlier messages come from callers unchecked."""
    for index, message in enumerate(messages):
        if not isinstance(message.get("role"), str):
            raise cannot_say(f"messages[{index}]", "`role` must be text")
        if not _is_content(message.get("content"), message.get("tool_calls")):
            raise cannot_say(f"messages[{index}]", "`content` must be text, or a list of text and image_url parts")
        if not all(map(_is_call, message.get("tool_calls") or ())):
            raise cannot_say(f"messages[{index}]", "a tool call is {id, type, function: {name, arguments}}, all text")


def _is_content(content: Any, calls: Any) -> bool:
    if isinstance(content, str):
        return True
    return bool(calls) if content is None else isinstance(content, list) and all(map(_is_part, content))


def _is_part(part: Any) -> bool:
    if not isinstance(part, Mapping) or not isinstance(part.get("type"), str):
        return False
    if part["type"] == "text":
        return isinstance(part.get("text"), str)
    image = part.get("image_url")
    return part["type"] != "image_url" or (isinstance(image, Mapping) and isinstance(image.get("url"), str))


def _is_call(call: Any) -> bool:
    function = call.get("function") if isinstance(call, Mapping) else None
    fields = (
        (call.get("id"), function.get("name"), function.get("arguments")) if isinstance(function, Mapping) else (None,)
    )
    return all(isinstance(field, str) for field in fields)


def is_object(schema: Mapping[str, Any]) -> bool:
    """Whether a JSON Schema says that its value may be an object."""
    types = schema.get("type")
    return types == "object" or (isinstance(types, list) and "object" in types)


def text_of(content: Any) -> str:
    """The text of a message's content: itself, or its text parts one after the other."""
    if isinstance(content, str):
        return content
    return "".join(part["text"] for part in content if part.get("type") == "text")

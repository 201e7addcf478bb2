"""What the wire formats share in spelling a request: parameters as written, texts, and saying what cannot be said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from promptctl.errors import UsageError

CANNOT_SAY = "PC073"
_NEVER = {
    "stream": "promptctl reads whole answers",
    "n": "promptctl asks for one answer at a time; use `repeat` in eval.yaml",
}


def cannot_say(kind: str, message: str, hint: str | None = None) -> UsageError:
    """The error for a request that has no spelling in a wire format."""
    return UsageError(CANNOT_SAY, f"{kind}: {message}", hint=hint)


def add_parameters(body: dict[str, Any], parameters: Mapping[str, Any], kind: str) -> None:
    """Adds each parameter to ``body`` as written. Raises UsageError for one that the body already has its own way for."""
    for name, value in parameters.items():
        if name in _NEVER and value not in (False, None, 1):
            raise cannot_say(kind, f"the parameter `{name}` cannot be sent: {_NEVER[name]}")
        if name in body:
            raise cannot_say(kind, f"the parameter `{name}` is set twice", "prompt.yaml has a field of its own for it")
        body[name] = value


def text_of(content: Any) -> str:
    """The text of a message's content: itself, or its text parts one after the other."""
    if isinstance(content, str):
        return content
    return "".join(part["text"] for part in content if part.get("type") == "text")

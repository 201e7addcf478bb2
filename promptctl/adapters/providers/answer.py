"""Reads a provider's JSON without believing it: a value of the wrong type is a fault, never a wrong answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeVar

T = TypeVar("T")
MAX_TOKENS = 1 << 48


class MalformedAnswer(ValueError):
    """The provider answered with something that its wire format does not know."""


class StreamFault(Exception):
    """The provider reported an error in the middle of a stream; ``said`` is its JSON."""

    def __init__(self, said: Mapping[str, Any]) -> None:
        super().__init__("an error in the stream")
        self.said = said


def parse_json(body: bytes) -> Any:
    """Strict JSON from UTF-8; halves of surrogate pairs become U+FFFD. Raises MalformedAnswer."""
    try:
        value = json.loads(body.decode("utf-8"), parse_constant=_refuse)
    except MalformedAnswer:
        raise
    except (ValueError, RecursionError) as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else type(error).__name__
        raise MalformedAnswer(f"the answer is not JSON ({reason})") from None
    return _whole_characters(value) if b"\\ud" in body.lower() else value


def _refuse(name: str) -> Any:
    raise MalformedAnswer(f"the answer is not JSON ({name})")


def _whole_characters(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_whole_characters(key): _whole_characters(item) for key, item in value.items()}
    return [_whole_characters(item) for item in value] if isinstance(value, list) else value


def take(value: Any, name: str, kind: type[T]) -> T:
    """``value[name]``, which must be there and of type ``kind``. Raises MalformedAnswer naming the field."""
    found = value.get(name) if isinstance(value, Mapping) else None
    if not isinstance(found, kind) or (isinstance(found, bool) and kind is not bool):
        raise MalformedAnswer(f"the answer has no {kind.__name__} `{name}`")
    return found


def take_optional(value: Any, name: str, kind: type[T]) -> T | None:
    """Like ``take``, but None where the field is missing or null."""
    return None if isinstance(value, Mapping) and value.get(name) is None else take(value, name, kind)


def tokens(usage: Any, name: str) -> int | None:
    """A count of tokens, None where the provider does not say. Raises MalformedAnswer for what cannot be a count."""
    count = take_optional(usage, name, int) if usage is not None else None
    if count is not None and not 0 <= count < MAX_TOKENS:
        raise MalformedAnswer(f"`{name}` is {'negative' if count < 0 else 'impossibly large'}")
    return count


def arguments(text: str) -> Any:
    """A tool call's arguments as an object where the model wrote one, else its text as it is."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value if isinstance(value, dict) else text

"""The digest of a rendered text: a name for what a model was given, to be kept where the text itself must not be."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

_ROLES = ("user", "system", "developer", "assistant")


def rendered_form(messages: Iterable[Mapping[str, Any]]) -> str:
    """The messages as the compact JSON that is hashed: keys sorted, so that it does not matter what kept them.

    ``cache`` marks are left out: they tell the provider what to keep, and no model reads them. Raises ValueError or
    TypeError for what is no JSON.
    """
    read = [{name: value for name, value in message.items() if name != "cache"} for message in messages]
    return json.dumps(read, ensure_ascii=False, separators=(",", ":"), allow_nan=False, sort_keys=True)


def rendered_digest(messages: Iterable[Mapping[str, Any]]) -> str:
    """``sha256:<hex>`` of the messages. Raises ValueError or TypeError for what is no JSON in UTF-8."""
    return "sha256:" + hashlib.sha256(b"promptctl-rendered/v1\n" + rendered_form(messages).encode()).hexdigest()


def digest_or_none(messages: Iterable[Mapping[str, Any]]) -> str | None:
    """The digest, or None for what an application sent that has none."""
    with suppress(ValueError, TypeError, AttributeError, RecursionError):
        return rendered_digest(messages)
    return None


def digests_of_text(text: str) -> tuple[str, ...]:
    """The digests that a kept text may have: of the messages that it spells as JSON (a list, or an object that has them
    below ``messages`` or ``request``), else of the one message whose text it is, whoever said it and with or without
    the line end that a file has."""
    with suppress(ValueError, RecursionError):
        messages = _messages_in(json.loads(text))
        if messages and (found := digest_or_none(messages)):
            return (found,)
    texts = dict.fromkeys((text, text.removesuffix("\n"), text.removesuffix("\r\n")))
    made = (digest_or_none([{"role": role, "content": content}]) for role in _ROLES for content in texts)
    return tuple(found for found in made if found)


def _messages_in(value: Any) -> list[Any] | None:
    if isinstance(value, dict):
        return _messages_in(value.get("messages") or value.get("request"))
    sound = isinstance(value, list) and all(isinstance(each, dict) and "role" in each for each in value)
    return value if sound else None

"""Recorded replies as text: one JSON object a line, sorted by key, so that two branches that add lines merge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from promptctl.core.files.strict_json import strict_json
from promptctl.core.models.request import Reply, Request, Usage, compact_json
from promptctl.core.secrets import mask, mask_value
from promptctl.errors import DocumentError, Place, Problem, UsageError

NOT_JSON, MALFORMED_REPLIES = "PC088", "PC085"
MAX_KEPT_BYTES = 5_000_000
_MOST = 1e15
"""Of tokens, milliseconds and US dollars: what is added up stays a number."""

_REPLY_FIELDS: Mapping[str, tuple[type, ...]] = {
    "text": (str,),
    "tool_calls": (list,),
    "usage": (dict,),
    "model": (str,),
    "provider": (str,),
    "host": (str,),
    "finish": (str,),
    "latency_ms": (int, float),
    "cost": (int, float, type(None)),
}
_USAGE_FIELDS: Mapping[str, tuple[type, ...]] = {
    "input": (int, type(None)),
    "output": (int, type(None)),
    "cache_read": (int,),
    "cache_write": (int,),
}


def reply_key(request: Request, sample: int) -> str:
    """``Request.key``, but a UsageError where the request holds what JSON cannot carry."""
    try:
        return request.key(sample)
    except (ValueError, TypeError):
        raise not_json() from None


def not_json() -> UsageError:
    """The error for NaN, infinity, half a surrogate pair or a foreign type in a request."""
    message = "the request holds a number or text that JSON cannot carry"
    return UsageError(NOT_JSON, message, hint="look for NaN, infinity and broken characters in the inputs")


def masked(reply: Reply, known: tuple[str, ...]) -> Reply:
    """The reply without secrets: what may be stored, shown and scored again."""
    return replace(
        reply,
        text=mask(reply.text, known),
        tool_calls=tuple(mask_value(reply.tool_calls, known)),
        model=mask(reply.model, known),
        finish=mask(reply.finish, known),
    )


def reply_to_dict(reply: Reply) -> dict[str, Any]:
    """A reply as plain JSON data, fields in a fixed order."""
    usage = {name: getattr(reply.usage, name) for name in _USAGE_FIELDS}
    fields = {name: getattr(reply, name) for name in _REPLY_FIELDS}
    return fields | {"tool_calls": [dict(call) for call in reply.tool_calls], "usage": usage}


def reply_from_dict(value: Any) -> Reply:
    """The reply that ``reply_to_dict`` spelled. Raises ValueError naming the field at fault."""
    _check_fields(value, _REPLY_FIELDS, "reply")
    _check_fields(value["usage"], _USAGE_FIELDS, "usage")
    if not all(isinstance(call, dict) for call in value["tool_calls"]):
        raise ValueError("`tool_calls` must hold objects")
    return Reply(**value | {"tool_calls": tuple(value["tool_calls"]), "usage": Usage(**value["usage"])})


def _check_fields(value: Any, fields: Mapping[str, tuple[type, ...]], what: str) -> None:
    if not isinstance(value, dict):
        raise ValueError(f"`{what}` must be an object")
    if unlike := sorted(value.keys() ^ fields.keys()):
        raise ValueError(f"`{what}` must have the fields {', '.join(fields)}; look at {', '.join(unlike)}")
    for name, types in fields.items():
        if not isinstance(value[name], types) or isinstance(value[name], bool):
            raise ValueError(f"`{what}.{name}` has the wrong type")
        if isinstance(value[name], int | float) and not 0 <= value[name] <= _MOST:
            raise ValueError(f"`{what}.{name}` is no amount")


def parse_replies(text: str, shown: str) -> dict[str, Reply]:
    """The replies of a recorded file, by ``Request.key``. Raises DocumentError with a place for each line at fault."""
    found: dict[str, Reply] = {}
    problems: list[Problem] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            key, reply = _parse_line(line)
            if found.setdefault(key, reply) != reply:
                raise ValueError("two different replies have this key")
        except ValueError as error:
            problems.append(Problem(MALFORMED_REPLIES, str(error), Place(shown, number), "run the suite again"))
    if problems:
        raise DocumentError(tuple(problems))
    return found


def _parse_line(line: str) -> tuple[str, Reply]:
    value = strict_json(line)
    if not isinstance(value, dict) or value.keys() != {"key", "reply"} or not isinstance(value["key"], str):
        raise ValueError("a line holds {key, reply}")
    return value["key"], reply_from_dict(value["reply"])


def spell_replies(replies: Mapping[str, Reply]) -> str | None:
    """The text of a recorded file, or None when it would be larger than what a repository keeps (5 MB).

    Raises ValueError for numbers that JSON cannot hold.
    """
    lines: list[str] = []
    size = 0
    for key in sorted(replies):
        lines.append(compact_json({"key": key, "reply": reply_to_dict(replies[key])}) + "\n")
        size += len(lines[-1].encode())
        if size > MAX_KEPT_BYTES:
            return None
    return "".join(lines)

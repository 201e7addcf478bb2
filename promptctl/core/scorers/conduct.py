"""Expectations on what an answer does: refuses, calls a tool."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from promptctl.core.scorers.answer import Answer, Finding, Scorer, excerpt, met, unmet
from promptctl.core.scorers.argument import keys_fault
from promptctl.core.scorers.json_value import same_json

_UNABLE = r"(?:can(?:not|'t)|won't|will not|am (?:unable|not able)(?: to)?|must decline to)"
_REFUSAL = re.compile(
    r"\b(?:"
    rf"i(?:'m| am) (?:(?:very|so|truly|really) )?sorry,? (?:but )?i {_UNABLE}"
    rf"|i {_UNABLE} (?:help|assist|provide|do|comply|fulfil|support|answer|discuss|create|write|generate|engage|share)"
    r"|i(?:'m| am) (?:unable|not able|not allowed) to"
    r"|as an ai\b"
    r"|(?:against|violates?) (?:my|our|the) (?:\w+ )?(?:guidelines|polic(?:y|ies)|principles|programming)"
    r"|i (?:have to|must|need to) (?:decline|refuse)"
    r")",
    re.IGNORECASE,
)
_APOSTROPHES = str.maketrans({"’": "'", "ʼ": "'"})
_HEAD = 500
"""A refusal stands at the start; further on the words are about something else."""


def _flag_fault(value: Any) -> str | None:
    return None if value is True else "takes `true`; its opposite is written with not_"


def _refusal(_: Any, answer: Answer) -> Finding:
    """Whether the answer is empty, or its first 500 characters hold words that English refusals are made of."""
    if not answer.text.strip() and not answer.tool_calls:
        return met("the answer is empty")
    found = _REFUSAL.search(" ".join(answer.text[:_HEAD].translate(_APOSTROPHES).split()))
    return met(f"refuses: {excerpt(found[0])}") if found else unmet("no words of a refusal")


def _call_fault(value: Any) -> str | None:
    if isinstance(value, str):
        return None if value else "needs the name of a tool"
    if not isinstance(value, Mapping):
        return "needs the name of a tool, or {name, arguments}"
    if fault := keys_fault(value, ("name",), ("arguments",)):
        return fault
    if not isinstance(value["name"], str) or not value["name"]:
        return "`name` must be the name of a tool"
    return None if isinstance(value.get("arguments", {}), Mapping) else "`arguments` must be a mapping"


def _call(value: Any, answer: Answer) -> Finding:
    """Whether a tool of this name is called with at least these arguments; what else is called does not count."""
    wanted: Mapping[str, Any] = {"name": value} if isinstance(value, str) else value
    calls = [call for call in answer.tool_calls if call.get("name") == wanted["name"]]
    if not calls:
        called = ", ".join(sorted({str(call.get("name")) for call in answer.tool_calls})) or "no tool"
        return unmet(f"{wanted['name']} is not called, but {called}")
    if any(_has(call.get("arguments"), wanted.get("arguments", {})) for call in calls):
        return met(f"calls {wanted['name']}")
    return unmet(f"calls {wanted['name']} with {excerpt(calls[0].get('arguments'))}")


def _has(given: Any, wanted: Mapping[str, Any]) -> bool:
    return isinstance(given, Mapping) and all(
        name in given and same_json(given[name], value) for name, value in wanted.items()
    )


SCORERS: Mapping[str, Scorer] = {
    "is_refusal": Scorer("The answer refuses, as English refusals are worded, or is empty.", _flag_fault, _refusal),
    "tool_call": Scorer(
        "A tool of this name is called, with at least these arguments: NAME or {name, arguments}.", _call_fault, _call
    ),
}

"""Regular expressions of suites, matched by the engine of JSON Schema's ``pattern`` and so in bounded time.

Python's own engine takes hours for ``(a+)+$`` and the wrong forty characters, and cannot be stopped while it does.
"""

from __future__ import annotations

import re
import warnings
from bisect import bisect
from typing import Any

from promptctl.core.json_schemas.value_schema import schema_fault, searchable, validator
from promptctl.core.scorers.answer import ScorerFault, excerpt

_MOST_EXPLAINED = 1000
_COMMON_FAULTS = ("missing", "unterminated", "nothing to repeat", "unbalanced", "bad character range")
"""How Python begins to say what is wrong in every dialect."""


def regex_fault(value: Any) -> str | None:
    """Why ``value`` is not a regular expression."""
    if not isinstance(value, str) or not value:
        return "needs a regular expression"
    if schema_fault({"pattern": value}) is None:
        return None
    return f"is not a regular expression{_explanation(value)}"


def _explanation(pattern: str) -> str:
    """What Python finds wrong with a pattern, since it also says where."""
    if len(pattern) > _MOST_EXPLAINED:
        return ""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            re.compile(pattern)
        except re.error as error:
            if error.pos is not None and error.msg.startswith(_COMMON_FAULTS):
                return f": {error.msg} at character {error.pos + 1}"
        except (RecursionError, OverflowError):
            return ": it is too large or nested too deeply"
    return ": the engine has no such sign, or it is too large"


def matches(pattern: str, text: str) -> bool:
    """Whether a checked pattern matches somewhere in a text. Raises ScorerFault when that takes too long to tell."""
    schema = {"pattern": pattern}
    if not searchable(schema, text):
        raise ScorerFault(f"the answer is too long for look-around as in {excerpt(pattern)}")
    import jsonschema_rs

    try:
        validator(schema).validate(text)
    except jsonschema_rs.ValidationError as error:
        if isinstance(error.kind, jsonschema_rs.ValidationErrorKind.Pattern):
            return False
        raise ScorerFault(f"the regular expression {excerpt(pattern)} gives up on this answer") from None
    return True


def matching_part(pattern: str, text: str) -> str:
    """A short part of a text that matches, found by halving since the engine does not say where; else all of it."""
    start = bisect(range(len(text)), 0, key=lambda index: int(not matches(pattern, text[index:]))) - 1
    rest = text[max(start, 0) :]
    end = bisect(range(len(rest)), 0, key=lambda index: int(matches(pattern, rest[:index])))
    return rest[:end] if matches(pattern, rest[:end]) else text

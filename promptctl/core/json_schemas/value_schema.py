"""JSON Schemas inside prompts and suites (2020-12, no remote references): values compared with them in bounds."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from promptctl.core.files import schema
from promptctl.core.files.document import pointer
from promptctl.core.json_schemas.plain_schema import plainly_fits
from promptctl.core.models.request import compact_json

if TYPE_CHECKING:
    import jsonschema_rs

_LOOK_AROUND = re.compile(r"\(\?<?[=!]")
_MOST_LOOKED_AROUND = 20_000
"""Characters of a text that patterns with look-around are tried on: each place can cost a look at all the others."""
_MOST_BACKTRACKED = 250_000
"""Patterns that need no backtracking take linear time; others give up after so many steps."""

_MOST_OF_PATTERNS = 64 * 1024
"""Characters of a schema's patterns together: for each the engine holds some 400 bytes, or ends the process."""

TOO_COSTLY = "comparing it with the schema takes too many steps"


def schema_fault(written: Any) -> str | None:
    """Why a value is not a usable JSON Schema, or None."""
    import jsonschema_rs

    try:
        validator(written)
    except jsonschema_rs.ValidationError as error:
        return schema.said(error)
    except (jsonschema_rs.ReferencingError, ValueError, RecursionError) as error:
        return str(error).split("\n", 1)[0][:200]
    return None


def value_fault(written: Any, value: Any) -> str | None:
    """Why ``value`` breaks the JSON Schema ``written``, or None; the first fault with its path."""
    if plainly_fits(written, value):
        return None
    import jsonschema_rs

    from promptctl.core.json_schemas.schema_cost import affordable

    if not affordable(written, value) or not searchable(written, value):
        return TOO_COSTLY
    try:
        validator(written).validate(value)
    except jsonschema_rs.ValidationError as error:
        path = pointer(tuple(error.instance_path))
        return (f"at {path}: " if path else "") + schema.said(error)
    except (ValueError, RecursionError) as unusable:
        return str(unusable)[:200]
    return None


def searchable(written: Any, value: Any) -> bool:
    """Whether no text of ``value`` is too long for the patterns of the schema ``written``."""
    return _longest(value) <= _MOST_LOOKED_AROUND or not _LOOK_AROUND.search(compact_json(written))


def _longest(value: Any) -> int:
    """The length of the longest text in a value, keys included."""
    longest, waiting = 0, [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            longest = max(longest, len(item))
        elif isinstance(item, dict):
            waiting += [*item, *item.values()]
        elif isinstance(item, list):
            waiting += item
    return longest


def validator(written: Any) -> jsonschema_rs.Draft202012Validator:
    """The engine for a schema. Raises ValidationError, ReferencingError or ValueError for what is none.

    Kept, since the same few schemas judge every row of a data set and every call of an application.
    """
    return _validator(compact_json(written))


@lru_cache(maxsize=256)
def _validator(written: str) -> jsonschema_rs.Draft202012Validator:
    import jsonschema_rs

    value = json.loads(written)
    if len(written) > _MOST_OF_PATTERNS and _patterns(value) > _MOST_OF_PATTERNS:
        raise ValueError(f"its patterns have more than {_MOST_OF_PATTERNS >> 10} KiB of text")
    options = jsonschema_rs.FancyRegexOptions(backtrack_limit=_MOST_BACKTRACKED, size_limit=1 << 20)
    return jsonschema_rs.Draft202012Validator(value, offline=True, pattern_options=options)


def _patterns(written: Any) -> int:
    """How long the patterns of a schema are together."""
    total, waiting = 0, [written]
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting += item
        elif isinstance(item, dict):
            waiting += item.values()
            named = item.get("patternProperties")
            texts = (item.get("pattern"), *(named if isinstance(named, dict) else ()))
            total += sum(len(text) for text in texts if isinstance(text, str))
    return total

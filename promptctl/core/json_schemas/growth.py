"""Whether what a model answers, or calls a tool with, only gained optional fields.

Everything in an output or tool schema is sent to the model, descriptions too, so any other change counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from promptctl.core.files.document import Path, pointer
from promptctl.core.json_schemas.json_schema import json_key

_NESTED = frozenset({"items", "additionalProperties"})
_SETS = frozenset({"required", "enum", "type"})


def growth_fault(old: Any, new: Any) -> str | None:
    """What else changed between two schemas than added optional fields; None when nothing did."""
    return next(_faults(old, new, ()), None)


def _faults(old: Any, new: Any, path: Path) -> Iterator[str]:
    if json_key(old) == json_key(new):
        return
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        yield _said(path, "changed")
        return
    for key in [*old, *(key for key in new if key not in old)]:
        yield from _keyword_faults(key, old, new, path)


def _keyword_faults(key: str, old: Mapping[str, Any], new: Mapping[str, Any], path: Path) -> Iterator[str]:
    before, after = old.get(key), new.get(key)
    if key == "properties":
        yield from _field_faults(old, new, path)
    elif key == "$defs" and isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in [*before, *(name for name in after if name not in before)]:
            if name in before:
                yield from _faults(before[name], after.get(name), (*path, key, name))
    elif key in _NESTED and key in old and key in new:
        yield from _faults(before, after, (*path, key))
    elif key in _SETS and _as_set(before) == _as_set(after):
        return
    elif key not in old or key not in new or json_key(before) != json_key(after):
        yield _said((*path, key), "was added" if key not in old else "was dropped" if key not in new else "changed")


def _field_faults(old: Mapping[str, Any], new: Mapping[str, Any], path: Path) -> Iterator[str]:
    before, after = old.get("properties") or {}, new.get("properties") or {}
    for name, schema in before.items():
        if name not in after:
            yield _said((*path, "properties", name), "was removed")
        else:
            yield from _faults(schema, after[name], (*path, "properties", name))
    for name in after:
        if name not in before and name in new.get("required", ()):
            yield _said((*path, "properties", name), "was added and is required")


def _as_set(value: Any) -> frozenset[str]:
    items = [] if value is None else value if isinstance(value, list) else [value]
    return frozenset(json_key(item) for item in items)


def _said(path: Path, what: str) -> str:
    return f"`{pointer(path)}` {what}" if path else what

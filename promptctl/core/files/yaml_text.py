"""Spells values in YAML as people would write them, so that reading them back gives the same value."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 ._/+-]*(?:[:@][A-Za-z0-9._/+-]+)*", re.ASCII)
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_ESCAPED = re.compile("[\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff]")
_UNFIT_FOR_BLOCK = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def flow(value: Any) -> str:
    """A value on one line: ``{type: string, enum: [a, b]}``. Takes what JSON can hold."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{flow(str(key))}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    if isinstance(value, str):
        return value if _is_plain(value) else _quoted(value)
    return json.dumps(value, allow_nan=False)


def _is_plain(text: str) -> bool:
    return bool(_PLAIN.fullmatch(text)) and not text.endswith(" ") and text.lower() not in _WORDS


def _quoted(text: str) -> str:
    """Between double quotes, what YAML takes for a line end or refuses spelled out."""
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))


def block(text: str, indent: int) -> str:
    """A text after ``key: ``: a literal block indented by ``indent`` spaces, or quoted where a block cannot hold it."""
    if not text.strip("\n") or "\n" not in text or _UNFIT_FOR_BLOCK.search(text):
        return flow(text)
    kept = "" if text.endswith("\n") and not text.endswith("\n\n") else "+" if text.endswith("\n") else "-"
    hint = "2" if text.lstrip("\n")[0] in " \t" or text[0] == "\n" else ""
    lines = text.removesuffix("\n").split("\n")
    return f"|{hint}{kept}\n" + "\n".join(" " * indent + line if line else "" for line in lines)

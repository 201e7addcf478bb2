"""The parts of a request by name, so that two can be compared without keeping what they say."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from promptctl.core.models.request import Request, compact_json

_SHORT = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A part that differs: its short value or digest on each side, None where it is missing."""

    name: str
    before: str | None
    now: str | None

    def __str__(self) -> str:
        if self.name == "sample":
            return f"sample {self.now} was not asked for"
        if self.before is None or self.now is None:
            return f"{self.name} is {'new' if self.before is None else 'gone'}"
        if self.before.startswith("sha256:") or self.now.startswith("sha256:"):
            return f"{self.name} changed"
        return f"{self.name} {self.before} -> {self.now}"


def request_parts(request: Request, sample: int) -> dict[str, str]:
    """Everything that makes the key of a reply: short values as JSON, texts and long values as digests."""
    parts = {"model": request.model, "sample": str(sample + 1)}
    for number, message in enumerate(request.messages, 1):
        parts[f"message {number}"] = _digest(message)
    for name, value in request.parameters.items():
        parts[f"parameters.{name}"] = _short(value)
    if request.output is not None:
        parts["output"] = _digest(request.output)
    for number, tool in enumerate(request.tools, 1):
        parts[f"tool {number}"] = _digest(tool)
    return parts


def nearest(now: Mapping[str, str], kept: Iterable[Mapping[str, str]]) -> tuple[Changed, ...] | None:
    """What differs from the kept request that differs least, the first of several; None where nothing is kept."""
    differences = (_changes(before, now) for before in kept)
    return min(differences, key=len, default=None)


def _changes(before: Mapping[str, str], now: Mapping[str, str]) -> tuple[Changed, ...]:
    names = dict.fromkeys([*now, *before])
    found = (Changed(name=name, before=before.get(name), now=now.get(name)) for name in names)
    return tuple(change for change in found if change.before != change.now)


def _short(value: Any) -> str:
    text = compact_json(value)
    return text if len(text) <= _SHORT else _digest(value)


def _digest(value: Any) -> str:
    return "sha256:" + hashlib.sha256(compact_json(value).encode("utf-8", "surrogatepass")).hexdigest()[:16]

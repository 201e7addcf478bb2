"""What is taken out of events before any store sees them: secrets, names of people, what was not asked for, excess."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

from promptctl.core.events.event import EVENTS, MOST_INTEGER, SCORES, Event, Scalar, Score, Table, row
from promptctl.core.finite import is_finite
from promptctl.core.secrets import mask

MOST_NAME, MOST_TEXT, MOST_CONTENT = 500, 10_000, 65_536
"""Characters that are kept of a name, of what people write, and of inputs or an output."""

_MARGIN = 4_096
"""Looked at beyond what is kept, so that a secret on the edge is seen whole."""

MOST_SEEN = MOST_CONTENT + _MARGIN
"""Characters of an output that anything depends on."""

_HASHED = re.compile(r"sha256:[0-9a-f]{32}", re.ASCII)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)
_LONG = {"comment": MOST_TEXT, "correction": MOST_TEXT}
_TYPES: Mapping[str, tuple[type, ...]] = {"text": (str,), "json": (str,), "integer": (int,), "number": (float, int)}


def hashed(name: str) -> str:
    """What stands for a unit or user: the same for the same name everywhere, and again for itself.

    It hides names; whoever can guess them all can find which it is.
    """
    if _HASHED.fullmatch(name):
        return name
    return "sha256:" + hashlib.sha256(f"promptctl-unit/v1|{name}".encode("utf-8", "surrogatepass")).hexdigest()[:32]


class Redactor:
    """Makes rows of events and scores. ``known`` are secrets; ``content`` keeps inputs and outputs, ``names_hashed``
    hashes units and users."""

    def __init__(self, known: Collection[str] = (), *, content: bool = False, names_hashed: bool = True) -> None:
        self.known = tuple(known)
        self._content = content
        self._name = lru_cache(maxsize=4096)(hashed if names_hashed else self._text)
        self._cleaned = lru_cache(maxsize=4096)(self._text)

    def event(self, event: Event) -> tuple[Scalar, ...]:
        """The row of an event. Raises ValueError or TypeError for one that no store could keep."""
        cells = list(row(event, self._json))
        for index, name in _EVENT_TEXTS:
            cell = cells[index]
            # A digest is made of what no one can choose, and no two are the same: looking at each would cost.
            if isinstance(cell, str) and not (name == "rendered" and _DIGEST.fullmatch(cell)):
                cells[index] = self._name(cell) if name in ("unit", "user") else self._cleaned(cell)
        return _sound(EVENTS, cells)

    def score(self, score: Score) -> tuple[Scalar, ...]:
        """The row of a score. Raises ValueError or TypeError for one that no store could keep."""
        texts = [
            self._text(cell, _LONG.get(name, MOST_NAME)) if isinstance(cell, str) else cell
            for name, cell in zip(SCORES.names, row(score), strict=True)
        ]
        return _sound(SCORES, texts)

    def _text(self, text: str, most: int = MOST_NAME) -> str:
        seen = text[: most + _MARGIN].replace("\0", "�")
        if not seen.isascii():
            seen = seen.encode("utf-8", "replace").decode()
        return mask(seen, self.known)[:most]

    def _json(self, name: str, value: Any) -> Any:
        if name != "attributes" and not self._content:
            return None
        return self._bounded(value, [MOST_TEXT if name == "attributes" else MOST_CONTENT])

    def _bounded(self, value: Any, room: list[int]) -> Any:
        """A JSON value masked, and cut where ``room`` ends; what is no JSON becomes text."""
        if isinstance(value, str) and len(value) <= MOST_NAME <= room[0]:
            room[0] -= len(value) + 1
            return self._cleaned(value)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int | float):
            room[0] -= 8
            if abs(value) <= MOST_INTEGER:
                return value
            # Python spells no whole number of thousands of digits but by its bits.
            return str(value) if isinstance(value, float) or is_finite(value) else f"{value:#x}"[:MOST_NAME]
        if isinstance(value, dict) or isinstance(value, Mapping):  # noqa: SIM101 - the second takes ten times as long
            return {
                self._bounded(str(key), room): self._bounded(item, room) for key, item in value.items() if room[0] > 0
            }
        if isinstance(value, list | tuple):
            return [self._bounded(item, room) for item in value if room[0] > 0]
        text = self._text(str(value), max(0, room[0]))
        room[0] -= len(text) + 1
        return text


_EVENT_TEXTS = tuple((index, column.name) for index, column in enumerate(EVENTS.columns) if column.kind == "text")


def _sound(table: Table, cells: list[Any]) -> tuple[Scalar, ...]:
    _require_types(table.name, tuple(map(type, cells)))
    for index in _NUMBERS[table.name]:
        cell = cells[index]
        if cell is None:
            continue
        if not (-MOST_INTEGER <= cell <= MOST_INTEGER if isinstance(cell, int) else math.isfinite(cell)):
            raise ValueError(f"{table.columns[index].name} is no number that stores keep")
    return tuple(cells)


_TABLES = {table.name: table for table in (EVENTS, SCORES)}
_NUMBERS = {
    name: tuple(index for index, column in enumerate(table.columns) if column.kind in ("integer", "number"))
    for name, table in _TABLES.items()
}


@lru_cache(maxsize=1024)
def _require_types(table: str, types: tuple[type, ...]) -> None:
    """Events have few combinations of types: each is looked at once."""
    for column, kind in zip(_TABLES[table].columns, types, strict=True):
        if kind is type(None):
            if column.required:
                raise ValueError(f"{column.name} is missing")
        elif kind is bool or not issubclass(kind, _TYPES[column.kind]):
            raise TypeError(f"{column.name} is not {column.kind}")

"""Fields of events in files, also in those of other tools: names, units, times and ids brought into the usual form."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from promptctl.core.events.event import EVENTS, SCORES, Event, Score, Table
from promptctl.core.events.spelling import BAD_FIELD, cell_from_text, event_from_dict, score_from_dict
from promptctl.core.models.request import compact_json
from promptctl.core.suggestion import suggest
from promptctl.core.ulid import ulid
from promptctl.errors import UsageError

UNITS: Mapping[str, tuple[str, int]] = {
    "cost_usd": ("cost", 10**12),
    "saved_usd": ("saved", 10**12),
    "at_seconds": ("at", 10**6),
    "at_ms": ("at", 10**3),
    "latency_seconds": ("latency_ms", 10**3),
    "first_token_seconds": ("first_token_ms", 10**3),
}
"""Columns in other units: which column each becomes, and the factor."""

_FORMULA = "=+-@\t\r"
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How a file is read: ``names`` says what its columns are called here, ``constants`` what holds for every row.

    With names, columns that are not known are left out; without, they are faults.
    """

    table: Table = EVENTS
    names: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raises UsageError for a name that is no column."""
        for name in (*self.names.values(), *self.constants):
            if name not in self.table.names and name not in UNITS:
                known = [*self.table.names, *UNITS]
                hint = suggest(name, known) or f"columns: {', '.join(known)}"
                raise UsageError(BAD_FIELD, f"`{name}` is not a column of {self.table.name}", hint=hint)

    def value(self, fields: Mapping[str, Any], *, text: bool = False) -> Event | Score:
        """An event or score from the fields of one row; of ``text`` all are, as in CSV. Raises UsageError."""
        found = dict(self.constants) | self._renamed(fields)
        found = {name: value for name, value in found.items() if value is not None and value != ""}
        for name in [name for name in found if name in UNITS]:
            target, factor = UNITS[name]
            found[target] = _scaled(name, found.pop(name), factor, whole=not target.endswith("_ms"))
        at = found.get("at")
        if isinstance(at, datetime) or (isinstance(at, str) and not at.lstrip("-").isdigit()):
            found["at"] = _microseconds(at)
        written = found if text else {**self.constants, "at": ""}
        for column in self.table.columns:
            if column.name in written and isinstance(value := found.get(column.name), str):
                found[column.name] = cell_from_text(column, value)
        if self.table is SCORES:
            return score_from_dict({"source": "import"} | found)
        return event_from_dict(_named(found))

    def _renamed(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        if not self.names:
            return dict(fields)
        known = {**{name: name for name in (*self.table.names, *UNITS)}, **self.names}
        return {known[name]: value for name, value in fields.items() if name in known}


def guarded(text: str) -> str:
    """A cell of CSV that no spreadsheet takes for a formula: what begins like one gets an apostrophe before it."""
    return f"'{text}" if text[:1] and text[0] in _FORMULA + "'" else text


def unguarded(text: str) -> str:
    """The cell as it was before ``guarded``."""
    return text[1:] if text[:1] == "'" and text[1:2] and text[1] in _FORMULA + "'" else text


def _scaled(name: str, value: Any, factor: int, *, whole: bool) -> int | float:
    try:
        number = Decimal(str(value)) * factor
        return round(number) if whole else float(number)
    except (ArithmeticError, ValueError):
        raise UsageError(BAD_FIELD, f"`{name}`: a number is needed, not {value!r:.40}") from None


def _microseconds(written: str | datetime) -> int:
    try:
        at = datetime.fromisoformat(written) if isinstance(written, str) else written
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        hint = "microseconds since 1970, or a time with its zone: 2026-01-31T12:00:00Z"
        raise UsageError(BAD_FIELD, f"`at`: a time is needed, not {str(written)[:40]!r}", hint=hint)
    return (at - _EPOCH) // timedelta(microseconds=1)


def _named(fields: dict[str, Any]) -> dict[str, Any]:
    """With an id that follows from all the rest where there is none: the same row is the same event."""
    at = fields.get("at")
    if "id" in fields or not isinstance(at, int):
        return fields
    try:
        whole = compact_json(dict(sorted(fields.items())))
    except (TypeError, ValueError):
        return fields
    chance = hashlib.sha256(f"promptctl-import/v1\n{whole}".encode("utf-8", "surrogatepass")).digest()
    return {"id": ulid(max(0, at) // 1000, int.from_bytes(chance[:10]))} | fields

"""Which events a report looks at: a span of time and filters, as users write them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from promptctl.core.events.event import LAST_TIME
from promptctl.core.suggestion import suggest
from promptctl.errors import UsageError

BAD_REPORT = "PC230"
SECOND, MINUTE, HOUR, DAY = 1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000
UNITS = {"day": DAY, "hour": HOUR}
"""Microseconds of the times that rows may be grouped by."""

FILTERS = ("prompt", "environment", "model", "version", "endpoint", "user")
KEYS = ("model", "prompt", "version", "arm", "user", "endpoint", "environment", "provider", "split", "step", "status")
"""Columns that rows may be grouped by."""

_AGO = re.compile(r"([0-9]{1,6})(m|h|d|w)", re.ASCII)
_AGES = {"m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """``since`` (included) and ``until`` (not included) in microseconds since 1970, UTC; None: no bound.

    ``equal`` holds what columns must be, ``attributes`` what attributes of the call must be, as text.
    """

    since: int | None = None
    until: int | None = None
    equal: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """What rows are grouped by: columns, attributes of the call, and at most one ``unit`` of time."""

    columns: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    unit: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the groups in the order of their values."""
        return (*self.columns, *self.attributes)


def microseconds(moment: datetime) -> int:
    """A time as stores keep it."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment_of(at: int) -> datetime:
    """A stored time; the calendar's last where another program wrote a later one, and its first likewise."""
    return _EPOCH + timedelta(microseconds=max(_FIRST, min(at, LAST_TIME)))


def parse_moment(text: str, now: datetime) -> int:
    """Microseconds since 1970 of ``7d`` (ago) or an ISO time, UTC where it names no zone. Raises UsageError."""
    if found := _AGO.fullmatch(text.strip()):
        return microseconds(now) - int(found[1]) * _AGES[found[2]]
    try:
        moment = datetime.fromisoformat(text.strip())
        return microseconds(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        hint = "write it as 7d, 24h, 2026-11-20 or 2026-11-20T12:00:00Z"
        raise UsageError(BAD_REPORT, f"`{text[:40]}` is not a time", hint=hint) from None


def window_of(
    now: datetime,
    since: str | None,
    until: str | None,
    equal: Mapping[str, str | None],
    attributes: Sequence[str] = (),
) -> Window:
    """The window that options name; attributes are written ``key=value``. Raises UsageError."""
    first = parse_moment(since, now) if since else None
    last = parse_moment(until, now) if until else None
    if first is not None and last is not None and first >= last:
        raise UsageError(
            BAD_REPORT, f"--since {since} is not before --until {until}", hint="give --since an earlier time"
        )
    chosen = {}
    for attribute in attributes:
        name, sign, value = attribute.partition("=")
        if not sign or not name:
            raise UsageError(BAD_REPORT, f"--attribute {attribute[:40]} is not key=value", hint="--attribute region=eu")
        chosen[attribute_name(name)] = value
    kept = {name: value for name, value in equal.items() if value is not None}
    for value in (*kept.values(), *chosen.values()):
        if "\0" in value:
            raise UsageError(BAD_REPORT, "a filter holds a NUL character, which no store keeps")
    return Window(since=first, until=last, equal=kept, attributes=chosen)


def attribute_name(name: str) -> str:
    """A name of an attribute that every engine can look up. Raises UsageError."""
    if not name or '"' in name or "\\" in name or not name.isprintable():
        raise UsageError(BAD_REPORT, f"{name[:40]!r} cannot name an attribute here", hint="--attribute region=eu")
    return name


def parse_grouping(texts: Sequence[str]) -> Grouping:
    """What ``--by model,day`` or ``--by "attribute region"`` names. Raises UsageError."""
    columns, attributes, units = [], [], []
    for word in (part.strip() for text in texts for part in text.split(",")):
        kind, _, name = word.partition(" ")
        if word in UNITS:
            units.append(word)
        elif kind == "attribute" and name.strip():
            attributes.append(attribute_name(name.strip()))
        elif word in KEYS:
            columns.append(word)
        else:
            known = (*KEYS, *UNITS)
            hint = suggest(word, known) or f"one or more of {', '.join(known)}, attribute NAME"
            raise UsageError(BAD_REPORT, f"--by {word[:40]}: nothing is grouped by that", hint=hint)
    names = [*columns, *attributes]
    if len(units) > 1 or len(set(names)) < len(names):
        raise UsageError(
            BAD_REPORT, f"--by {', '.join(texts)[:60]} names something twice, or two times", hint="--by model,day"
        )
    return Grouping(columns=tuple(columns), attributes=tuple(attributes), unit=units[0] if units else None)

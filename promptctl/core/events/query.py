"""Which events are meant: a time, a prompt."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from promptctl.core.caching.limits import parse_age
from promptctl.core.events.event import EVENTS, Table
from promptctl.core.events.spelling import read_cells
from promptctl.errors import UsageError

BAD_TIME = "PC227"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventQuery:
    """Rows of a table from ``since`` on and before ``until``, in microseconds since 1970; of one ``prompt``."""

    table: Table = EVENTS
    since: int | None = None
    until: int | None = None
    prompt: str | None = None

    def matches(self, fields: Mapping[str, Any]) -> bool:
        """Whether a row is meant."""
        at = fields.get("at", 0)
        return (
            (self.since is None or at >= self.since)
            and (self.until is None or at < self.until)
            and (self.prompt is None or fields.get("prompt") == self.prompt)
        )

    def sql(self, mark: str = "?", held: Collection[str] | None = None) -> tuple[str, list[Any]]:
        """The query, in the order of time, and its values; ``mark`` is how the engine spells their places. ``held`` are
        the columns that the store has, None for all."""
        limits = [("at", ">=", self.since), ("at", "<", self.until), ("prompt", "=", self.prompt)]
        kept = [(f'"{name}" {sign} {mark}', value) for name, sign, value in limits if value is not None]
        where = f"WHERE {' AND '.join(text for text, _ in kept)}" if kept else ""
        order = ", ".join(f'"{name}"' for name in dict.fromkeys(("at", *self.table.key)))
        parts = (
            "SELECT",
            read_cells(self.table, held or self.table.names),
            "FROM",
            self.table.name,
            where,
            "ORDER BY",
            order,
        )
        return " ".join(part for part in parts if part), [value for _, value in kept]


def moment(written: str, now: datetime) -> int:
    """A time on a command line, in microseconds since 1970: a date, a time (UTC where it has no zone) or an age.

    Raises UsageError.
    """
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        try:
            return int((now.timestamp() - parse_age(written)) * 1_000_000)
        except UsageError:
            hint = "write a date as 2026-01-31, a time as 2026-01-31T12:00Z, or an age as 7d"
            raise UsageError(BAD_TIME, f"`{written[:40]}` is not a time", hint=hint) from None
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1_000_000)

"""What calls cost: sums that engines gave, put together exactly."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal

from promptctl.core.models.price import dollars_of
from promptctl.core.reporting.window import DAY, Grouping

BILLED = ("ok", "timeout", "malformed", "cancelled", "app")
"""How calls end that a provider may charge for: without a price, their cost is unknown. Others were turned away."""

HITS = ("exact", "semantic", "shared")
"""Outcomes of the cache that asked no provider."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """Sums over calls. Money is in picodollars.

    ``cost`` holds the calls of known price, ``unpriced`` counts the others; tokens are None where no call told them.
    ``saved`` is what our cache saved in ``hits`` calls.
    """

    calls: int = 0
    unpriced: int = 0
    hits: int = 0
    input: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None
    output: int | None = None
    cost: int = 0
    saved: int = 0

    def __add__(self, other: Amounts) -> Amounts:
        mine, its = ([getattr(it, field.name) for field in fields(Amounts)] for it in (self, other))
        sums = [a if b is None else b if a is None else a + b for a, b in zip(mine, its, strict=True)]
        return Amounts(**dict(zip((field.name for field in fields(Amounts)), sums, strict=True)))

    @property
    def dollars(self) -> Decimal:
        """US dollars of the calls of known price, exactly."""
        return dollars_of(self.cost)

    @property
    def saved_dollars(self) -> Decimal:
        return dollars_of(self.saved)


@dataclass(frozen=True, slots=True, kw_only=True)
class CostPart:
    """The sums of one group within one unit of time, from ``start`` (microseconds). ``keys`` is None for the sum of
    all groups beyond the first."""

    keys: tuple[str, ...] | None
    start: int
    amounts: Amounts


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedTokens:
    """Tokens that a provider read from its cache and wrote to it, for one model."""

    provider: str | None
    model: str | None
    cache_read: int
    cache_write: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CostLine:
    """A line of the report: a group, a time, or both. ``share`` is of the whole known cost, None where that is zero;
    ``days`` holds picodollars by day, for a sparkline."""

    keys: tuple[str, ...] | None
    start: int | None
    amounts: Amounts
    share: float | None
    days: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CostReport:
    """``lines`` are the largest first, or in the order of time; ``provider_saved`` is what cached reads saved less what
    cached writes cost more, in US dollars, None where it is unknown. ``first`` and ``last`` are the days of the first
    and the last call, in microseconds."""

    grouping: Grouping
    lines: tuple[CostLine, ...]
    total: Amounts
    days: tuple[int, ...]
    first: int | None
    last: int | None
    provider_saved: Decimal | None = None


def cost_report(parts: Sequence[CostPart], grouping: Grouping, provider_saved: Decimal | None = None) -> CostReport:
    """The report of sums by group and unit of time."""
    total = _total(parts)
    starts = [part.start - part.start % DAY for part in parts]
    span = (min(starts), max(starts)) if starts else None
    if grouping.unit:
        lines = [_line(part.keys, part.start, [part], total, span) for part in parts]
        lines.sort(key=lambda line: (line.start or 0, -line.amounts.cost, line.keys is None, line.keys or ()))
    else:
        groups: dict[tuple[str, ...] | None, list[CostPart]] = {}
        for part in parts:
            groups.setdefault(part.keys, []).append(part)
        lines = [_line(keys, None, held, total, span) for keys, held in groups.items()] if grouping.names else []
        lines.sort(key=lambda it: (it.keys is None, -it.amounts.cost, -it.amounts.calls, it.keys or ()))
    return CostReport(
        grouping=grouping,
        lines=tuple(lines),
        total=total,
        days=_days(parts, span),
        first=span[0] if span else None,
        last=span[1] if span else None,
        provider_saved=provider_saved,
    )


def _line(
    keys: tuple[str, ...] | None,
    start: int | None,
    parts: Sequence[CostPart],
    total: Amounts,
    span: tuple[int, int] | None,
) -> CostLine:
    amounts = _total(parts)
    share = amounts.cost / total.cost if total.cost else None
    return CostLine(keys=keys, start=start, amounts=amounts, share=share, days=() if start else _days(parts, span))


def _total(parts: Iterable[CostPart]) -> Amounts:
    return sum((part.amounts for part in parts), Amounts())


MOST_DAYS = 400
"""Days that a sparkline or a chart still shows."""


def _days(parts: Sequence[CostPart], span: tuple[int, int] | None) -> tuple[int, ...]:
    """Picodollars of each day from the first to the last; of the last days where there are too many."""
    if span is None:
        return ()
    first, last = span
    first = max(first, last - (MOST_DAYS - 1) * DAY)
    sums: dict[int, int] = {}
    for part in parts:
        day = part.start - part.start % DAY
        sums[day] = sums.get(day, 0) + part.amounts.cost
    return tuple(sums.get(day, 0) for day in range(first, last + 1, DAY))

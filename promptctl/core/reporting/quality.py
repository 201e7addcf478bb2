"""How good calls are: rates, means and latencies of groups, and what changed from one version to the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from promptctl.core.models.price import dollars_of
from promptctl.core.releases.version import Version, parse_version
from promptctl.core.reporting.window import Grouping
from promptctl.core.statistics.independent import (
    Difference,
    difference_of_means,
    difference_of_shares,
    moments_interval,
)
from promptctl.core.statistics.interval import Interval, wilson
from promptctl.core.statistics.two_samples import Moments

SHARES = (0.5, 0.95, 0.99)
"""The quantiles of latency that are reported."""

GOOD = ("ok", "cancelled")
"""How calls end that are no errors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallGroup:
    """The calls of a group: ``latencies`` are the quantiles ``SHARES`` in milliseconds, None without one; ``cost`` is
    in picodollars, of ``priced`` calls. ``start`` is that of the unit of time, None without one."""

    keys: tuple[str, ...]
    start: int | None
    calls: int
    errors: int
    priced: int
    cost: int
    latencies: tuple[float, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreGroup:
    """The scores of one name that calls of a group have; ``ones`` and ``zeros`` count these very values."""

    keys: tuple[str, ...]
    start: int | None
    name: str
    sums: Moments
    ones: int
    zeros: int

    @property
    def is_share(self) -> bool:
        """Whether every value says yes or no."""
        return self.ones + self.zeros == self.sums.count


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreLine:
    """A score of a group: its mean (a share where each value is 0 or 1) with the 95 % interval, of ``count`` values.
    ``change`` is against the version before, None without one."""

    name: str
    count: int
    mean: float
    interval: Interval | None
    is_share: bool
    change: Difference | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityLine:
    """A group: its calls and scores. ``previous`` is the version that changes are against."""

    group: CallGroup
    error_rate: Interval
    error_change: Difference | None
    scores: Mapping[str, ScoreLine]
    previous: str | None

    @property
    def dollars_per_call(self) -> Decimal | None:
        """The mean over calls of known price; None where there are none."""
        return dollars_of(self.group.cost) / self.group.priced if self.group.priced else None


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityReport:
    """``lines`` in the order of their names, versions in theirs, then times; ``names`` are those of all scores."""

    grouping: Grouping
    lines: tuple[QualityLine, ...]
    names: tuple[str, ...] = field(default=())


def quality_report(calls: Sequence[CallGroup], scores: Sequence[ScoreGroup], grouping: Grouping) -> QualityReport:
    """The report of groups as an engine gave them."""
    found: dict[tuple[tuple[str, ...], int | None], dict[str, ScoreGroup]] = {}
    for score in scores:
        found.setdefault((score.keys, score.start), {})[score.name] = score
    place = grouping.names.index("version") if "version" in grouping.names else None
    ordered = sorted(calls, key=lambda group: (*_order(group, place), group.start or 0))
    before = _previous(ordered, place)
    lines = []
    for group in ordered:
        own, last = found.get((group.keys, group.start), {}), before.get((group.keys, group.start))
        theirs = found.get((last.keys, last.start), {}) if last else {}
        lines.append(_line(group, own, last, theirs, last.keys[place] if last and place is not None else None))
    names = sorted({score.name for score in scores})
    return QualityReport(grouping=grouping, lines=tuple(lines), names=tuple(names))


def _order(group: CallGroup, place: int | None) -> tuple[tuple[str, ...], tuple[bool, Version | None, str]]:
    """Groups by their other names, then by version: what is no version comes first."""
    if place is None:
        return group.keys, (False, None, "")
    written, rest = group.keys[place], (*group.keys[:place], *group.keys[place + 1 :])
    known = parse_version(written)
    return rest, (known is not None, known, "" if known else written)


def _previous(ordered: Sequence[CallGroup], place: int | None) -> dict[tuple[tuple[str, ...], int | None], CallGroup]:
    """For each group of a version, that of the version before it, at the same time and with the same other names."""
    if place is None:
        return {}
    found: dict[tuple[tuple[str, ...], int | None], CallGroup] = {}
    latest: dict[tuple[tuple[str, ...], int | None], CallGroup] = {}
    for group in ordered:
        if parse_version(group.keys[place]) is None:
            continue
        rest = ((*group.keys[:place], *group.keys[place + 1 :]), group.start)
        if rest in latest:
            found[group.keys, group.start] = latest[rest]
        latest[rest] = group
    return found


def _line(
    group: CallGroup,
    own: Mapping[str, ScoreGroup],
    last: CallGroup | None,
    theirs: Mapping[str, ScoreGroup],
    previous: str | None,
) -> QualityLine:
    return QualityLine(
        group=group,
        error_rate=wilson(group.errors, group.calls),
        error_change=difference_of_shares(group.errors, group.calls, last.errors, last.calls) if last else None,
        scores={name: _score(score, theirs.get(name)) for name, score in sorted(own.items())},
        previous=previous,
    )


def _score(score: ScoreGroup, before: ScoreGroup | None) -> ScoreLine:
    sums = score.sums
    change = None
    if before is not None and score.is_share and before.is_share:
        change = difference_of_shares(score.ones, sums.count, before.ones, before.sums.count)
    elif before is not None:
        change = difference_of_means(sums, before.sums)
    return ScoreLine(
        name=score.name,
        count=sums.count,
        mean=(score.ones if score.is_share else sums.total) / sums.count,
        interval=wilson(score.ones, sums.count) if score.is_share else moments_interval(sums),
        is_share=score.is_share,
        change=change,
    )

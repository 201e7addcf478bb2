"""Small charts as coordinates: histograms of two sides, and shares with their intervals over time."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from promptctl.core.evals.check import spell
from promptctl.core.evals.report import Run
from promptctl.core.statistics.interval import percentile_95

WIDTH, HEIGHT = 420, 210
LEFT, RIGHT, TOP, BOTTOM = 48, 20, 12, 44
BINS = 16


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle of one side, "now" or "before", with what it says."""

    side: str
    x: float
    y: float
    width: float
    height: float
    says: str


@dataclass(frozen=True, slots=True)
class Point:
    """A value with its interval, as heights, and what it says."""

    x: float
    y: float
    low: float
    high: float
    says: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis."""

    at: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What is drawn, in the units of a box of WIDTH by HEIGHT; ``sentence`` says the same in words."""

    title: str
    sentence: str
    x_label: str
    y_label: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    bars: tuple[Bar, ...] = ()
    points: tuple[Point, ...] = ()


def histogram(title: str, unit: str, now: Sequence[float], before: Sequence[float] = ()) -> Chart | None:
    """How many answers took how much, of two sides; None without values. Few very large ones share the last bar."""
    values = [*now, *before]
    if not values or max(values) <= 0:
        return None
    # Where nearly all are free, as of an own model that fails over to a paid one, the few set the width of bars.
    usual = 2 * percentile_95(values) or max(values)
    step = _step(min(max(values), usual) / BINS)
    bins = min(BINS * 2, math.floor(min(max(values), usual) / step) + 1)
    beyond = max(values) >= step * bins
    sides = {"before": _counts(before, step, bins), "now": _counts(now, step, bins)}
    highest = max(max(counts) for counts in sides.values())
    y_step = max(1.0, _step(highest / 4))
    top = y_step * math.ceil(highest / y_step)
    every = max(1, math.ceil(bins / 5))
    x_ticks = [Tick(_x(place / bins), spell(place * step)) for place in range(0, bins + (not beyond), every)]
    if beyond:
        x_ticks.append(Tick(_x(1), "more"))
    return Chart(
        title=title,
        sentence=_sentence(title, unit, now, before),
        x_label=unit,
        y_label="answers",
        x_ticks=tuple(x_ticks),
        y_ticks=tuple(Tick(_y(at * y_step / top), spell(at * y_step)) for at in range(round(top / y_step) + 1)),
        bars=tuple(_bars(sides, step, bins, top, unit, both=bool(before))),
    )


def _step(least: float) -> float:
    """The smallest of 1, 2 and 5 times a power of ten that is not below ``least``."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * (1 - 1e-9))


def _counts(values: Sequence[float], step: float, bins: int) -> list[int]:
    counts = [0] * bins
    for value in values:
        counts[min(math.floor(value / step), bins - 1)] += 1
    return counts


def _bars(sides: dict[str, list[int]], step: float, bins: int, top: float, unit: str, *, both: bool) -> Iterator[Bar]:
    slot = (WIDTH - LEFT - RIGHT) / bins
    width = (slot - 2) / (2 if both else 1)
    for side, counts in sides.items():
        shift = width if both and side == "now" else 0
        for place, number in enumerate(counts):
            if number:
                y = _y(number / top)
                says = f"{side}: {number} from {spell(place * step)} to {spell((place + 1) * step)} {unit}"
                yield Bar(
                    side, round(LEFT + place * slot + 1 + shift, 2), y, round(width, 2), HEIGHT - BOTTOM - y, says
                )


def _sentence(title: str, unit: str, now: Sequence[float], before: Sequence[float]) -> str:
    sides = {"now": now, "before": before}
    parts = [
        f"{side} median {spell(median(values))}, 95th percentile {spell(percentile_95(values))} {unit}"
        for side, values in sides.items()
        if values
    ]
    return f"{title}: {'; '.join(parts)}"


def shares(title: str, runs: Sequence[Run]) -> Chart | None:
    """The share of passing cases in kept evidence, with its 95 % interval, oldest first; None with fewer than two."""
    if len(runs) < 2:
        return None
    places = [_x((index + 0.5) / len(runs)) for index in range(len(runs))]
    points = [
        Point(x, _y(run.passed / run.cases), _y(run.interval.low), _y(run.interval.high), _run(run))
        for x, run in zip(places, runs, strict=True)
    ]
    every = math.ceil(len(runs) / 6)
    ticks = [Tick(x, run.label[:12]) for x, run in zip(places, runs, strict=True)]
    return Chart(
        title=title,
        sentence=f"{title}: " + "; ".join(_run(run) for run in runs),
        x_label="kept evidence, oldest first",
        y_label="passing cases, %",
        x_ticks=tuple(ticks[::every]),
        y_ticks=tuple(Tick(_y(share / 100), str(share)) for share in (0, 25, 50, 75, 100)),
        points=tuple(points),
    )


def _run(run: Run) -> str:
    return f"{run.label} {run.passed} of {run.cases}"


def _x(share: float) -> float:
    return round(LEFT + share * (WIDTH - LEFT - RIGHT), 2)


def _y(share: float) -> float:
    return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 2)

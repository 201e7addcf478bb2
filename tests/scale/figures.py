"""What a fleet's half hour came to, as numbers and as the table of ``docs/explanation/scale.md``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import mean, median

from tests.scale.scenes import CALM, INTERVAL, MOVES, NAMES, TROUBLES, Lived

WINDOW = 10
"""Seconds over which load is looked at: shorter ones of small fleets are chance."""


def windows(arrived: Counter[int], begin: float, end: float) -> list[float]:
    """Requests a second, by window."""
    starts = range(int(begin), int(end), WINDOW)
    return [sum(arrived[second] for second in range(start, start + WINDOW)) / WINDOW for start in starts]


def quantile(values: Sequence[float], share: float) -> float:
    """The value that this share of them does not pass."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def calm(it: Lived) -> list[float]:
    """The origin's load while nothing is wrong, once starts have spread."""
    return windows(it.origin.arrived, CALM[0], TROUBLES[0].begin)


def afterwards(it: Lived, kind: str) -> list[float]:
    """The origin's load in the four intervals after a trouble."""
    end = next(trouble.end for trouble in TROUBLES if trouble.kind == kind)
    return windows(it.origin.arrived, end, end + 4 * INTERVAL)


def during(it: Lived, kind: str) -> list[float]:
    """The origin's load in a trouble's second half."""
    trouble = next(trouble for trouble in TROUBLES if trouble.kind == kind)
    return windows(it.origin.arrived, (trouble.begin + trouble.end) / 2, trouble.end)


def propagation(it: Lived) -> Iterator[tuple[str, float, float, float]]:
    """By kind of move: median, 99th percentile and last second until clients had it."""
    pooled: dict[str, list[float]] = {}
    for serial, name in enumerate(NAMES, 2):
        pooled.setdefault(name, []).extend(it.seen.seconds[serial])
    for name, seconds in pooled.items():
        yield name, median(seconds), quantile(seconds, 0.99), max(seconds)


def lines(runs: Sequence[Lived]) -> Iterator[str]:
    """Three tables in Markdown: propagation, load, and what must be nothing."""
    yield "| clients | before them | move | median s | p99 s | last s |\n|---|---|---|---|---|---|"
    for it in runs:
        for name, middle, late, last in propagation(it):
            yield f"| {it.clients:,} | {_before(it)} | {name} | {middle:.1f} | {late:.1f} | {last:.1f} |"
    yield "\n| clients | before them | looks per client and minute | requests/s at the origin | busiest 10 s |"
    yield "|---|---|---|---|---|"
    for it in runs:
        own = mean(windows(it.seen.asked, CALM[0], TROUBLES[0].begin)) * 60 / it.clients
        yield f"| {it.clients:,} | {_before(it)} | {own:.2f} | {mean(calm(it)):.2f} | {max(calm(it)):.2f} |"
    yield "\n| clients | before them | trouble | requests/s within | busiest 10 s after |\n|---|---|---|---|---|"
    for it in runs:
        for kind in ("failing", "silent"):
            within, after = mean(during(it, kind)), max(afterwards(it, kind))
            yield f"| {it.clients:,} | {_before(it)} | {kind} | {within:.2f} | {after:.2f} |"
    yield "\n| clients | before them | looks | 304 | faults | MB to clients | MB from origin | wrong |"
    yield "|---|---|---|---|---|---|---|---|"
    for it in runs:
        looks = it.seen.looks
        shares = [f"{looks[kind] / looks.total():.1%}" for kind in ("304", "fault")]
        sent = f"{it.seen.sent / 1e6:.2f} | {it.origin.sent / 1e6:.2f}"
        told = f"{looks.total():,} | {' | '.join(shares)} | {sent} | {len(it.seen.wrong)}"
        yield f"| {it.clients:,} | {_before(it)} | {told} |"


def _before(it: Lived) -> str:
    return "a CDN" if it.cdn else "nothing"


assert len(NAMES) == len(MOVES)

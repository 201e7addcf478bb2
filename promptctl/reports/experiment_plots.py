"""Plots of an experiment in 80 columns of text: the forest of effects, and z against the boundary of its looks."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from statistics import median

from promptctl.core.experiments.report import EffectLine, ExperimentReport
from promptctl.core.safe_text import safe_line
from promptctl.reports.experiment_spelling import metric

_LABEL, _WIDTH = 26, 41
_COLUMNS = 64
_HIGHEST = 8.0
"""Boundaries of early looks may lie beyond: nobody crosses them, and they would flatten the rest."""

_FINE = 5
"""Up to so high a row is half an error high, above a whole one."""

Line = tuple[str, EffectLine]
"""An effect under its label."""


def labelled(effects: Iterable[EffectLine]) -> list[Line]:
    """Effects under their metrics."""
    return [(metric(effect), effect) for effect in effects]


def forest(lines: Sequence[Line]) -> list[str]:
    """A line for each effect that has a relative interval, better to the right, on one axis. None: no lines."""
    drawn = [(label, effect, ends) for label, effect in lines if (ends := _ends(effect)) is not None]
    if not drawn:
        return []
    limit = _limit([max(abs(it) for it in ends) for _, _, ends in drawn])
    head = f"{'':{_LABEL}}{'worse':<{_WIDTH // 2}}│{'better':>{_WIDTH // 2}}"
    body = [f"{_cut(label)}{_drawn(effect, ends, limit)} {effect.says}" for label, effect, ends in drawn]
    left, right = f"-{limit:.3g}%", f"+{limit:.3g}%"
    scale = f"{left:<{_WIDTH // 2}}0{right:>{_WIDTH // 2}}"
    return [line.rstrip() for line in (head, *body, f"{'':{_LABEL}}{scale}")]


def _ends(effect: EffectLine) -> tuple[float, float, float] | None:
    """Low end, estimate and high end in per cent of control's value, turned so that more is better."""
    if effect.relative is None or effect.relative_interval is None:
        return None
    sign = 100 if effect.direction == "increase" else -100
    low, high = sorted((sign * effect.relative_interval.low, sign * effect.relative_interval.high))
    return low, sign * effect.relative, high


def _limit(reaches: Sequence[float]) -> float:
    """Where the axis ends: at the farthest interval, unless it is far beyond the usual one."""
    wanted = min(max(reaches), 4 * median(reaches)) or 1.0
    power = 10.0 ** math.floor(math.log10(wanted))
    return next(it * power for it in (1, 1.5, 2, 3, 5, 7, 10) if it * power >= wanted * (1 - 1e-9))


def _drawn(effect: EffectLine, ends: tuple[float, float, float], limit: float) -> str:
    low, middle, high = (round((it / limit + 1) / 2 * (_WIDTH - 1)) for it in ends)
    cells = [" "] * _WIDTH
    cells[_WIDTH // 2] = "│"
    if (margin := _margin(effect)) is not None and -limit <= margin <= limit:
        cells[round((margin / limit + 1) / 2 * (_WIDTH - 1))] = "┊"
    for place in range(max(low, 0), min(high, _WIDTH - 1) + 1):
        cells[place] = "┼" if cells[place] == "│" else "─"
    for place, mark, beyond, edge in ((low, "├", "◀", 0), (high, "┤", "▶", _WIDTH - 1)):
        cells[min(max(place, 0), _WIDTH - 1)] = mark if 0 <= place < _WIDTH else beyond
        if not 0 <= place < _WIDTH:
            cells[edge] = beyond
    if 0 <= middle < _WIDTH:
        cells[middle] = "●"
    return "".join(cells)


def _margin(effect: EffectLine) -> float | None:
    """Where a guardrail is broken, in per cent of control's value."""
    if effect.margin is None or (not effect.margin_is_relative and not effect.control):
        return None
    share = effect.margin if effect.margin_is_relative else effect.margin / abs(effect.control or 1.0)
    return -100 * share


def _cut(label: str) -> str:
    shown = safe_line(label)
    return f"{shown if len(shown) < _LABEL else shown[: _LABEL - 2] + '…':<{_LABEL}}"


def boundary_plot(report: ExperimentReport) -> list[str]:
    """z of the primary metric over the planned units: looks, the boundary, and where it stands now. None: no lines."""
    if not report.looks:
        return []
    sign = 1 if report.effects and report.effects[0].direction == "increase" else -1
    values = [abs(z) for look in report.looks for z in (look.z or {}).values() if z is not None]
    values += [abs(z) for z in report.now.values() if z is not None]
    top = math.ceil(max([3.0, *(min(it, _HIGHEST) for it in (*values, *(look.boundary for look in report.looks)))]))
    cells = [[" "] * (_COLUMNS + 1) for _ in range((4 if top <= _FINE else 2) * top + 1)]
    _put(cells, [(share / _COLUMNS, 0.0) for share in range(_COLUMNS + 1)], top, "─")
    for upper in (1, -1):
        _put(cells, [(at, upper * height) for at, height in _between(report)], top, "·")
        _put(cells, [(look.fraction, upper * min(look.boundary, top)) for look in report.looks], top, "▲▼"[upper < 0])
    for place, arm in enumerate(report.treatments):
        taken = [
            (look.fraction, sign * z)
            for look in report.looks
            if look.at is not None and (z := (look.z or {}).get(arm.name)) is not None
        ]
        _put(cells, taken, top, _mark(report, place, "●"))
        if (here := report.now.get(arm.name)) is not None and report.state in ("running", "paused"):
            _put(cells, [(report.fraction, sign * here)], top, _mark(report, place, "○"))
    return [*_framed(cells, top), *_legend(report)]


def _between(report: ExperimentReport) -> Iterable[tuple[float, float]]:
    """Points on straight lines from look to look."""
    for one, two in zip(report.looks, report.looks[1:], strict=False):
        steps = max(1, round((two.fraction - one.fraction) * _COLUMNS))
        for step in range(0, steps + 1, 2):
            share = step / steps
            height = min(one.boundary, _HIGHEST) * (1 - share) + min(two.boundary, _HIGHEST) * share
            yield one.fraction + share * (two.fraction - one.fraction), height


def _put(cells: list[list[str]], points: Iterable[tuple[float, float]], top: int, mark: str) -> None:
    for at, height in points:
        column = min(max(round(at * _COLUMNS), 0), _COLUMNS)
        row = round((1 - max(-1.0, min(1.0, height / top))) / 2 * (len(cells) - 1))
        cells[row][column] = mark


def _mark(report: ExperimentReport, place: int, usual: str) -> str:
    """Of several treatments each has its letter, a small one at looks."""
    if len(report.treatments) == 1:
        return usual
    return chr(ord("a" if usual == "●" else "A") + place % 26)


def _framed(cells: list[list[str]], top: int) -> list[str]:
    lines = []
    for row, line in enumerate(cells):
        height = round(top * (1 - 2 * row / (len(cells) - 1)), 6)
        label = "" if height % 1 else f"{height:+.0f}" if height else "0"
        lines.append(f"{label:>6} {'┤' if label else '│'}{''.join(line)}".rstrip())
    axis = [f"{share}%" for share in (0, 25, 50, 75, 100)]
    gaps = "".join(f"{text:<{_COLUMNS // 4}}" for text in axis)
    return [*lines, f"{'':6} └{'─' * (_COLUMNS + 1)}", f"{'':8}{gaps.rstrip()}"]


def _legend(report: ExperimentReport) -> list[str]:
    marks = "● a look   ○ now, no look   ▲▼ boundary"
    if len(report.treatments) > 1:
        names = ", ".join(f"{chr(ord('a') + place % 26)} {arm.name}" for place, arm in enumerate(report.treatments))
        marks = f"{safe_line(names)}: small at looks, capital now   ▲▼ boundary"
    return [f"{'':8}z (better up) by share of the planned units", f"{'':8}{marks}"]

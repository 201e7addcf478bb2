"""Plots of an experiment in 80 columns of text: the forest of effects, and z against the boundary of its looks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from promptctl.core.experiments.report import EffectLine, ExperimentReport
from promptctl.core.safe_text import safe_line
from promptctl.reports.experiment_axis import HIGHEST, ends, limit, margin_at, top, wanted_sign
from promptctl.reports.experiment_spelling import metric

_LABEL, _WIDTH = 26, 41
_COLUMNS = 64
_FINE = 5
"""Up to so high a row is half an error high, above a whole one."""

Line = tuple[str, EffectLine]
"""An effect under its label."""


def labelled(effects: Iterable[EffectLine]) -> list[Line]:
    """Effects under their metrics."""
    return [(metric(effect), effect) for effect in effects]


def forest(lines: Sequence[Line]) -> list[str]:
    """A line for each effect that has a relative interval, better to the right, on one axis. None: no lines."""
    drawn = [(label, effect, found) for label, effect in lines if (found := ends(effect)) is not None]
    if not drawn:
        return []
    reach = limit([found for _, _, found in drawn])
    head = f"{'':{_LABEL}}{'worse':<{_WIDTH // 2}}│{'better':>{_WIDTH // 2}}"
    body = [f"{_cut(label)}{_drawn(effect, found, reach)} {effect.says}" for label, effect, found in drawn]
    left, right = f"-{reach:.3g}%", f"+{reach:.3g}%"
    scale = f"{left:<{_WIDTH // 2}}0{right:>{_WIDTH // 2}}"
    return [line.rstrip() for line in (head, *body, f"{'':{_LABEL}}{scale}")]


def _drawn(effect: EffectLine, found: tuple[float, float, float], reach: float) -> str:
    low, middle, high = (round((it / reach + 1) / 2 * (_WIDTH - 1)) for it in found)
    cells = [" "] * _WIDTH
    cells[_WIDTH // 2] = "│"
    if (margin := margin_at(effect)) is not None and -reach <= margin <= reach:
        cells[round((margin / reach + 1) / 2 * (_WIDTH - 1))] = "┊"
    for place in range(max(low, 0), min(high, _WIDTH - 1) + 1):
        cells[place] = "┼" if cells[place] == "│" else "─"
    for place, mark, beyond, edge in ((low, "├", "◀", 0), (high, "┤", "▶", _WIDTH - 1)):
        cells[min(max(place, 0), _WIDTH - 1)] = mark if 0 <= place < _WIDTH else beyond
        if not 0 <= place < _WIDTH:
            cells[edge] = beyond
    if 0 <= middle < _WIDTH:
        cells[middle] = "●"
    return "".join(cells)


def _cut(label: str) -> str:
    shown = safe_line(label)
    return f"{shown if len(shown) < _LABEL else shown[: _LABEL - 2] + '…':<{_LABEL}}"


def boundary_plot(report: ExperimentReport) -> list[str]:
    """z of the primary metric over the planned units: looks, the boundary, and where it stands now. None: no lines."""
    if not report.looks:
        return []
    sign, high = wanted_sign(report), top(report)
    cells = [[" "] * (_COLUMNS + 1) for _ in range((4 if high <= _FINE else 2) * high + 1)]
    _put(cells, [(share / _COLUMNS, 0.0) for share in range(_COLUMNS + 1)], high, "─")
    for upper in (1, -1):
        _put(cells, [(at, upper * height) for at, height in _between(report)], high, "·")
        _put(cells, [(look.fraction, upper * min(look.boundary, high)) for look in report.looks], high, "▲▼"[upper < 0])
    for place, arm in enumerate(report.treatments):
        taken = [
            (look.fraction, sign * z)
            for look in report.looks
            if look.at is not None and (z := (look.z or {}).get(arm.name)) is not None
        ]
        _put(cells, taken, high, _mark(report, place, "●"))
        if (here := report.now.get(arm.name)) is not None and report.running:
            _put(cells, [(report.fraction, sign * here)], high, _mark(report, place, "○"))
    return [*_framed(cells, high), *_legend(report)]


def _between(report: ExperimentReport) -> Iterable[tuple[float, float]]:
    """Points on straight lines from look to look."""
    for one, two in zip(report.looks, report.looks[1:], strict=False):
        steps = max(1, round((two.fraction - one.fraction) * _COLUMNS))
        for step in range(0, steps + 1, 2):
            share = step / steps
            height = min(one.boundary, HIGHEST) * (1 - share) + min(two.boundary, HIGHEST) * share
            yield one.fraction + share * (two.fraction - one.fraction), height


def _put(cells: list[list[str]], points: Iterable[tuple[float, float]], high: int, mark: str) -> None:
    for at, height in points:
        column = min(max(round(at * _COLUMNS), 0), _COLUMNS)
        row = round((1 - max(-1.0, min(1.0, height / high))) / 2 * (len(cells) - 1))
        cells[row][column] = mark


def _mark(report: ExperimentReport, place: int, usual: str) -> str:
    """Of several treatments each has its letter, a small one at looks."""
    if len(report.treatments) == 1:
        return usual
    return chr(ord("a" if usual == "●" else "A") + place % 26)


def _framed(cells: list[list[str]], high: int) -> list[str]:
    lines = []
    for row, line in enumerate(cells):
        height = round(high * (1 - 2 * row / (len(cells) - 1)), 6)
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

"""The axes that plots of experiments share: effects in per cent of control's value, better to the right."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

from promptctl.core.experiments.report import EffectLine, ExperimentReport

HIGHEST = 8.0
"""Boundaries of early looks may lie beyond: nobody crosses them, and they would flatten the rest."""


def ends(effect: EffectLine) -> tuple[float, float, float] | None:
    """Low end, estimate and high end of the relative effect, turned so that more is better; None without interval."""
    if effect.relative is None or effect.relative_interval is None:
        return None
    sign = 100 if effect.direction == "increase" else -100
    low, high = sorted((sign * effect.relative_interval.low, sign * effect.relative_interval.high))
    return low, sign * effect.relative, high


def margin_at(effect: EffectLine) -> float | None:
    """Where a guardrail is broken on the same axis; None without margin."""
    if effect.margin is None or (not effect.margin_is_relative and not effect.control):
        return None
    share = effect.margin if effect.margin_is_relative else effect.margin / abs(effect.control or 1.0)
    return -100 * share


def limit(intervals: Sequence[tuple[float, float, float]]) -> float:
    """Where the axis ends on both sides: at the farthest interval, unless it is far beyond the usual one."""
    reaches = [max(map(abs, found)) for found in intervals]
    wanted = min(max(reaches), 4 * median(reaches)) or 1.0
    power = 10.0 ** math.floor(math.log10(wanted))
    return next(it * power for it in (1, 1.5, 2, 3, 5, 7, 10) if it * power >= wanted * (1 - 1e-9))


def top(report: ExperimentReport) -> int:
    """How far |z| is drawn: all of it and the boundary, as far as somebody could cross it."""
    values = [abs(z) for look in report.looks for z in (look.z or {}).values() if z is not None]
    values += [abs(z) for z in report.now.values() if z is not None]
    return math.ceil(max([3.0, *(min(it, HIGHEST) for it in (*values, *(look.boundary for look in report.looks)))]))


def wanted_sign(report: ExperimentReport) -> int:
    """1 where more of the primary metric is better, else -1: what turns z so that better is up."""
    primary = next((effect for effect in report.effects if effect.role == "primary"), None)
    return -1 if primary and primary.direction == "decrease" else 1

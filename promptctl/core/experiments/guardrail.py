"""Guardrails: whether a treatment is worse than its margin allows, by intervals that hold whenever somebody looks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

from promptctl.core.experiments.always_valid import always_valid
from promptctl.core.experiments.counted import Counted, Measure
from promptctl.core.experiments.metric import Metric
from promptctl.core.experiments.plan import Plan, PlannedArm
from promptctl.core.statistics.interval import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """What one guardrail says of one treatment. ``change`` bounds treatment less control, or, for a metric whose
    margin is a share, treatment over control less 1; None where nothing bounds it."""

    metric: Metric
    arm: str
    control: float | None = None
    treatment: float | None = None
    change: Interval | None = None

    @property
    def outcome(self) -> Literal["worse", "fine", "open"]:
        """``open``: what was seen allows both."""
        assert self.metric.margin is not None
        if self.change is None:
            return "open"
        worst, best = sorted((-self.metric.sign * self.change.low, -self.metric.sign * self.change.high), reverse=True)
        if best > self.metric.margin:
            return "worse"
        return "fine" if worst <= self.metric.margin else "open"

    @property
    def sentence(self) -> str:
        """What is so bad, in words."""
        assert self.control is not None
        assert self.treatment is not None
        assert self.metric.margin is not None
        margin = f"{100 * self.metric.margin:g} %" if self.metric.relative else f"{self.metric.margin:g}"
        values = f"{self.control:.4g} -> {self.treatment:.4g}"
        return f"{self.arm} is worse in {self.metric.metric} by more than {margin} ({values})"

    def to_dict(self) -> dict[str, Any]:
        return {
            "metric": self.metric.metric,
            "arm": self.arm,
            "outcome": self.outcome,
            "control": self.control,
            "treatment": self.treatment,
            "margin": self.metric.margin,
            "change": [self.change.low, self.change.high] if self.change else None,
        }


def guarded(plan: Plan, sample: int, counted: Counted) -> tuple[Guarded, ...]:
    """Every guardrail of every treatment; all of them together call a harmless one worse with the chance alpha."""
    alpha = plan.alpha / max(1, len(plan.guardrails))
    return tuple(
        _guarded(plan, metric, arm, counted, alpha, sample) for arm in plan.treatments for metric in plan.guardrails
    )


def _guarded(plan: Plan, metric: Metric, arm: PlannedArm, counted: Counted, alpha: float, sample: int) -> Guarded:
    measure = Measure(metric.metric, metric.kind)
    control, treatment = (counted.arms[name].sums.get(measure) for name in (plan.control.name, arm.name))
    if control is None or treatment is None:
        return Guarded(metric=metric, arm=arm.name)
    planned = sample * float(plan.control.percent + arm.percent) / 100
    bounds = always_valid(control, treatment, alpha, planned)
    return Guarded(
        metric=metric,
        arm=arm.name,
        control=control.estimate,
        treatment=treatment.estimate,
        change=_finite(bounds.relative if metric.relative else bounds.difference),
    )


def _finite(bounds: Interval | None) -> Interval | None:
    """Bounds that say something: numbers beyond what a float holds have none."""
    return bounds if bounds and math.isfinite(bounds.low) and math.isfinite(bounds.high) else None

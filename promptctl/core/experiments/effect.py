"""What the primary metric says of a treatment: how much better it is than control, in standard errors and in words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

from promptctl.core.experiments.comparison import compare
from promptctl.core.experiments.counted import Counted, Measure
from promptctl.core.experiments.metric import Metric
from promptctl.core.experiments.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """``z`` is the difference in its standard errors, each an ``error``; both None where there are none: with too few
    units, and where none differ."""

    arm: str
    metric: Metric
    control: float | None = None
    treatment: float | None = None
    difference: float | None = None
    z: float | None = None
    error: float | None = None

    @property
    def gain(self) -> float | None:
        """``z`` with the sign that is wanted."""
        return None if self.z is None else self.metric.sign * self.z

    @property
    def better(self) -> float:
        """By how much it is better; minus infinity where nobody knows."""
        return -math.inf if self.difference is None else self.metric.sign * self.difference

    @property
    def sentence(self) -> str:
        """The effect in words."""
        if self.difference is None or self.control is None:
            return f"{self.arm} has no number for {self.metric.metric}"
        verb = "raises" if self.difference > 0 else "lowers" if self.difference < 0 else "does not change"
        amount = f" by {self.spelled(abs(self.difference))}" if self.difference else ""
        return f"{self.arm} {verb} {self.metric.metric}{amount} ({self.control:.4g} -> {self.treatment:.4g})"

    def spelled(self, amount: float) -> str:
        """A difference as plans write it: of control's value where the metric is relative."""
        if not self.metric.relative or not self.control:
            return f"{amount:.3g}"
        return f"{100 * amount / abs(self.control):.3g} %"

    def visible(self, limit: float, power: float) -> str | None:
        """The effect that would have crossed this boundary with the chance ``power``; None where nobody knows."""
        return self.spelled((limit + NormalDist().inv_cdf(power)) * self.error) if self.error else None

    def to_dict(self) -> dict[str, Any]:
        return {
            "arm": self.arm,
            "metric": self.metric.metric,
            "control": self.control,
            "treatment": self.treatment,
            "difference": self.difference,
            "z": self.z,
        }


def effects(plan: Plan, counted: Counted) -> tuple[Effect, ...]:
    """The primary metric of every treatment."""
    return tuple(_effect(plan, arm.name, counted) for arm in plan.treatments)


def _effect(plan: Plan, arm: str, counted: Counted) -> Effect:
    measure, metric = Measure(plan.primary.metric, plan.primary.kind), plan.primary
    control, treatment = (
        counted.arms[name].sums.get(measure) if name in counted.arms else None for name in (plan.control.name, arm)
    )
    if control is None or treatment is None:
        return Effect(arm=arm, metric=metric)
    found = compare(metric.kind, control, treatment, plan.alpha)
    z = found.statistic
    return Effect(
        arm=arm,
        metric=metric,
        control=found.control,
        treatment=found.treatment,
        difference=found.difference,
        z=z if z is not None and math.isfinite(z) else None,
        error=found.error,
    )

"""How far an experiment is on its way: how much of its sample it has, and when the next look is due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from promptctl.core.experiments.counted import ArmUnits, Counted
from promptctl.core.experiments.experiment import Counting, Experiment
from promptctl.core.experiments.plan import Plan
from promptctl.core.timestamp import timestamp


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """``units`` by arm and the ``fraction`` of the planned ``sample`` that they are; ``over``: the day on which it ends
    is past. The next look is due from the fraction ``next`` on. ``missing`` says what of the minimum is not there."""

    units: Mapping[str, int]
    sample: int
    fraction: float
    over: bool
    next: float
    missing: str | None

    @property
    def total(self) -> int:
        """Units of all arms."""
        return sum(self.units.values())

    @property
    def last(self) -> bool:
        """Whether a look now is the last one."""
        return self.over or self.fraction >= 1

    @property
    def due(self) -> bool:
        """Whether it is time for a look."""
        return self.last or (self.missing is None and self.fraction >= self.next)

    @property
    def waiting(self) -> str:
        """What a look waits for, in words."""
        units = f"{self.total:,} of {self.sample:,} units"
        if self.missing:
            return f"{units}; {self.missing}"
        return f"{units}; the next look is at {-(-self.sample * self.next // 1):,.0f}"


def progress(experiment: Experiment, counted: Counted, now: datetime) -> Progress:
    """Where an experiment that was started stands."""
    plan, counting = experiment.plan, experiment.counting
    assert counting
    units = {arm.name: counted.arms.get(arm.name, ArmUnits()).units for arm in plan.arms}
    taken = experiment.looks[-1].fraction if experiment.looks else 0.0
    steps = (step / plan.design.looks for step in range(1, plan.design.looks + 1))
    return Progress(
        units=units,
        sample=counting.sample,
        fraction=sum(units.values()) / counting.sample,
        over=plan.design.ends is not None and now.astimezone(UTC).date() > plan.design.ends,
        next=next((step for step in steps if step > taken), 1.0),
        missing=_missing(plan, counting, units, now),
    )


def _missing(plan: Plan, counting: Counting, units: Mapping[str, int], now: datetime) -> str | None:
    fewest = min(units, key=units.__getitem__)
    if units[fewest] < plan.design.minimum_units:
        return f"{fewest} has {units[fewest]:,}, and each arm needs {plan.design.minimum_units:,} before a look"
    ready = datetime.fromisoformat(counting.since) + timedelta(days=plan.design.minimum_days)
    if now >= ready:
        return None
    return f"no look before {timestamp(ready.astimezone(UTC))}, {plan.design.minimum_days:g} days after the start"

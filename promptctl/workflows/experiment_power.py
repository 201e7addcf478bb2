"""``experiment power``: how many units a plan needs, and how long that takes at the traffic there is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from promptctl.adapters.repository import Repository
from promptctl.adapters.state import State, read_state
from promptctl.adapters.warehouse.opening import MISSING_EXTRA
from promptctl.adapters.warehouse.unit_traffic import unit_traffic
from promptctl.adapters.warehouse.units import units_of
from promptctl.adapters.warehouse.warehouse import NO_EVENTS, Warehouse
from promptctl.core.experiments.counted import Measure, Population
from promptctl.core.experiments.experiment import Experiment
from promptctl.core.experiments.plan import Plan
from promptctl.core.experiments.sample_size import PlannedTest, units_needed, visible_effect
from promptctl.core.experiments.samples import UnitSums
from promptctl.core.experiments.traffic import DAYS, Traffic
from promptctl.core.reporting.window import DAY, microseconds
from promptctl.errors import StateError, UsageError
from promptctl.workflows.experiment_files import draft_of

NO_BASELINE = "PC262"
FACTORS = (0.5, 0.75, 1.0, 1.5, 2.0)
Open = Callable[[], Warehouse]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What control's calls say before the start: sums over its units, and how many units come. ``missing`` says why
    nothing is known."""

    sums: UnitSums | None = None
    traffic: Traffic = field(default_factory=Traffic)
    missing: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """An effect as plans write it, the units of all arms that show it, and their days; None where nobody knows."""

    effect: float
    units: int | None
    days: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerResult:
    """``needed`` by growing effects, the plan's among them. ``visible`` is what the plan's own sample shows, in
    ``days``. ``guessed``: no unit's spread is known, so that each is taken for one yes or no."""

    experiment: Experiment
    baseline: float
    guessed: bool
    history: History
    needed: tuple[Needed, ...]
    visible: float | None = None
    days: float | None = None


def experiment_power(repository: Repository, name: str, opening: Open, now: datetime) -> PowerResult:
    """What a draft needs, or one that was started. Raises UsageError for what no sample shows, StateError where
    nothing tells control's value."""
    state = read_state(repository)
    experiment = state.experiment(name)
    if experiment is None or experiment.state == "draft":
        experiment = draft_of(repository, state, name)
    plan = experiment.plan
    history = _history(state, plan, opening, now)
    test = _test(plan, history)
    sample = experiment.counting.sample if experiment.counting else plan.design.sample
    unit = test.baseline if plan.primary.relative else 1.0
    shown = visible_effect(test, sample, plan.design.power) if sample else None
    return PowerResult(
        experiment=experiment,
        baseline=test.baseline,
        guessed=test.variance is None,
        history=history,
        needed=tuple(_needed(plan, test, history, factor) for factor in FACTORS),
        visible=abs(shown / unit) if shown is not None and unit else None,
        days=history.traffic.days_for(sample) if sample else None,
    )


def planned_sample(repository: Repository, opening: Open, plan: Plan, now: datetime) -> int:
    """The units of all arms that show the plan's smallest effect. Raises as ``experiment_power`` does."""
    history = _history(read_state(repository), plan, opening, now)
    needed = units_needed(_test(plan, history), plan.design.power)
    return max(needed, plan.design.minimum_units * len(plan.arms))


def _needed(plan: Plan, test: PlannedTest, history: History, factor: float) -> Needed:
    effect = plan.design.minimum_effect * factor
    try:
        units = units_needed(replace(test, effect=test.effect * factor), plan.design.power)
    except UsageError:
        return Needed(effect=effect, units=None, days=None)
    return Needed(effect=effect, units=units, days=history.traffic.days_for(units))


def _history(state: State, plan: Plan, opening: Open, now: datetime) -> History:
    """The last four weeks of what is live. A store that is not there is no error: the plan may say enough itself."""
    until = microseconds(now) + 1
    live = state.live(plan.environment, plan.prompt)
    try:
        with opening() as warehouse:
            traffic = unit_traffic(warehouse, plan.prompt, plan.environment, until)
            if live is None:
                return History(traffic=traffic, missing=f"{plan.environment} does not serve {plan.prompt}")
            population = Population(
                id=plan.name,
                prompt=plan.prompt,
                environment=plan.environment,
                arms=(plan.control.name,),
                since=until - DAYS[-1] * DAY,
                until=until,
                digest=live.served.digest,
            )
            measure = Measure(plan.primary.metric, plan.primary.kind)
            sums = units_of(warehouse, population, [measure]).arms[plan.control.name].sums.get(measure)
    except (UsageError, StateError) as error:
        if error.code not in (NO_EVENTS, MISSING_EXTRA):
            raise
        return History(missing=str(error))
    known = sums is not None and bool(sums.variance)
    return History(sums=sums if known else None, traffic=traffic, missing=None if known else _unknown(plan))


def _unknown(plan: Plan) -> str:
    return f"no units of {plan.prompt} {plan.control.version} in {plan.environment} tell {plan.primary.metric}"


def _test(plan: Plan, history: History) -> PlannedTest:
    """What is going to be tested. Without any history a share is one yes or no a unit."""
    design, sums = plan.design, history.sums
    baseline = design.baseline if design.baseline is not None else sums.estimate if sums else None
    share = not plan.primary.relative and baseline is not None and 0 <= baseline <= 1
    if baseline is None or (sums is None and not share):
        message = f"nothing tells how many units {plan.name} needs: {history.missing}"
        hint = "write design.sample, or for a share design.baseline, into the plan; or import events"
        raise StateError(NO_BASELINE, message, hint=hint)
    variance = sums.variance * sums.units if sums and sums.variance else None
    effect = design.minimum_effect * (baseline if plan.primary.relative else 1.0) * plan.primary.sign
    return PlannedTest(
        kind=plan.primary.kind if variance is not None else "proportion",
        baseline=baseline,
        effect=effect,
        shares=[float(arm.percent) for arm in plan.arms],
        variance=variance,
        alpha=plan.alpha,
        looks=design.looks,
    )

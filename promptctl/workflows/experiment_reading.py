"""What a store of events says of an experiment: read by the plan on the state branch, for reports and decisions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from promptctl.adapters.repository import Repository
from promptctl.adapters.state import read_state
from promptctl.adapters.warehouse.units import units_of
from promptctl.adapters.warehouse.warehouse import Warehouse
from promptctl.core.experiments.counted import Counted, Measure, Population
from promptctl.core.experiments.experiment import Experiment
from promptctl.core.experiments.plan import Plan
from promptctl.core.reporting.window import microseconds
from promptctl.workflows.experiment_files import started_experiment


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """An experiment and what its units did, up to ``at``: now, or the end of one that has ended."""

    experiment: Experiment
    population: Population
    counted: Counted
    at: datetime


def experiment_reading(repository: Repository, warehouse: Warehouse, name: str, now: datetime) -> Reading:
    """What is known of an experiment of the state branch as last fetched.

    Raises UsageError for unknown names, StateError for drafts, OutsideError where the store cannot be read.
    """
    experiment = started_experiment(repository, read_state(repository), name, "report")
    at = datetime.fromisoformat(experiment.result.at) if experiment.result else now
    population = population_of(experiment, at, experiment.plan.segments)
    counted = units_of(warehouse, population, measures_of(experiment.plan))
    return Reading(experiment=experiment, population=population, counted=counted, at=at)


def decisive_units(warehouse: Warehouse, experiment: Experiment, now: datetime) -> Counted:
    """What decides: the primary metric and the guardrails, without segments."""
    plan = experiment.plan
    measures = [Measure(metric.metric, metric.kind) for metric in (plan.primary, *plan.guardrails)]
    return units_of(warehouse, population_of(experiment, now), measures)


def population_of(experiment: Experiment, until: datetime, segments: tuple[str, ...] = ()) -> Population:
    """Whose calls count: those that the experiment's split served since counting began."""
    plan, counting = experiment.plan, experiment.counting
    assert counting
    return Population(
        id=plan.name,
        prompt=plan.prompt,
        environment=plan.environment,
        arms=tuple(arm.name for arm in plan.arms),
        since=microseconds(datetime.fromisoformat(counting.since)),
        until=microseconds(until) + 1,
        segments=segments,
    )


def measures_of(plan: Plan) -> tuple[Measure, ...]:
    """Every metric of a plan, each once."""
    return tuple(dict.fromkeys(Measure(metric.metric, metric.kind) for metric in plan.metrics))

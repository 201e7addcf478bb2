"""Splits that stand longer than they were meant to, for ``drift``."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from promptctl.adapters.repository import Repository
from promptctl.adapters.state import State
from promptctl.core.counting import count
from promptctl.core.moves.drift import Drift
from promptctl.core.moves.pointer import Pointer
from promptctl.core.splits.split import Split
from promptctl.core.splits.split_age import experiment_overdue, rollout_overdue
from promptctl.errors import UsageError
from promptctl.workflows.pointer_drift import PointerReport

if TYPE_CHECKING:
    from promptctl.core.experiments.experiment import Experiment


def stale_splits(repository: Repository, state: State, report: PointerReport, now: datetime) -> list[Drift]:
    """A notice for each split that is older than its plan, or whose plan cannot be read."""
    found = []
    for (environment, name), pointer in report.pointers.items():
        if pointer.split and (fault := _fault(repository, state, pointer.split, now)):
            found.append(_stale(environment, name, pointer, pointer.split, fault))
    return found


def _fault(repository: Repository, state: State, split: Split, now: datetime) -> str | None:
    """What is wrong with a split's age, None where nothing is."""
    if split.kind == "rollout":
        overdue = rollout_overdue(split, now)
    else:
        try:
            experiment = _experiment(repository, state, split.id)
        except UsageError as error:
            return f"has no plan that can be read: {error}"
        if experiment is None:
            return f"has no plan on {state.label}"
        overdue = experiment_overdue(experiment, now)
    if overdue is None:
        return None
    paused = "is paused, and " if split.state == "paused" else ""
    return f"{paused}should have moved on {how_long(overdue)} ago"


def _experiment(repository: Repository, state: State, name: str) -> Experiment | None:
    from promptctl.core.experiments.plan import experiment_path
    from promptctl.core.experiments.plan_parsing import parse_experiment

    project = repository.at(str(state.commit))
    return project.parsed("experiment", experiment_path(name), lambda document: parse_experiment(document, name))


def _stale(environment: str, name: str, pointer: Pointer, split: Split, fault: str) -> Drift:
    verb = "resume" if split.state == "paused" else "advance"
    target = f"{name} {environment}" if split.kind == "rollout" else split.id
    return Drift(
        kind="split-stale",
        prompt=name,
        environment=environment,
        version=pointer.served.version,
        message=f"the {split.kind} {split.id} {fault}",
        repair=f"promptctl {split.kind} {verb} {target}",
    )


def how_long(time: timedelta) -> str:
    """A time as sentences say it: days, else hours."""
    hours = int(time.total_seconds() // 3600)
    return count(time.days, "day") if time.days else count(hours, "hour") if hours else "less than an hour"

"""``experiment list``: every experiment of the state branch, and the drafts of the work tree."""

from __future__ import annotations

from dataclasses import dataclass

from promptctl.adapters.experiments import experiment_names, read_experiment
from promptctl.adapters.project import Project
from promptctl.adapters.repository import Repository
from promptctl.adapters.state import State, read_state
from promptctl.core.experiments.experiment import Experiment
from promptctl.errors import Problem, UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """``experiment`` is None where the file cannot be read, and ``fault`` says why. ``here``: only in the work tree.

    ``lost``: it is said to share traffic, and its split is not there any more, as after a rollback.
    """

    name: str
    experiment: Experiment | None
    here: bool = False
    lost: bool = False
    fault: Problem | None = None


def list_experiments(repository: Repository, environment: str | None = None) -> tuple[Listed, ...]:
    """Running ones first, then by name. Raises UsageError for an unknown environment."""
    if environment is not None:
        repository.settings.environment(environment)
    state = read_state(repository)
    there = set(state.experiments)
    found = [_there(state, name) for name in there]
    found += [
        _read(repository.work, name, here=True) for name in experiment_names(repository.work) if name not in there
    ]
    kept = [it for it in found if environment is None or not it.experiment or _is_in(it.experiment, environment)]
    return tuple(sorted(kept, key=_order))


def _order(listed: Listed) -> tuple[int, str]:
    states = ("running", "paused", "draft", "concluded", "aborted")
    return (states.index(listed.experiment.state) if listed.experiment else -1), listed.name


def _is_in(experiment: Experiment, environment: str) -> bool:
    return experiment.plan.environment == environment


def _there(state: State, name: str) -> Listed:
    try:
        experiment = state.experiment(name)
        assert experiment
        plan = experiment.plan
        pointer = state.pointer(plan.environment, plan.prompt) if experiment.split else None
    except UsageError as error:
        return Listed(name=name, experiment=None, fault=error.problem)
    split = pointer.split if pointer else None
    return Listed(name=name, experiment=experiment, lost=experiment.split and (split is None or split.id != name))


def _read(project: Project, name: str, *, here: bool) -> Listed:
    try:
        return Listed(name=name, experiment=read_experiment(project, name), here=here)
    except UsageError as error:
        return Listed(name=name, experiment=None, here=here, fault=error.problem)

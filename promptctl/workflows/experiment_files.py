"""Experiments as files: which one a name means, what may be done with it, and the text that is written."""

from __future__ import annotations

from promptctl.adapters.experiments import experiment_names, read_experiment
from promptctl.adapters.files import parse_yaml
from promptctl.adapters.repository import Repository
from promptctl.adapters.state import State
from promptctl.adapters.yaml_documents import yaml_bytes
from promptctl.core.experiments.experiment import HEAD, Experiment, planned_text
from promptctl.core.experiments.plan import experiment_path
from promptctl.core.experiments.plan_parsing import parse_experiment
from promptctl.core.suggestion import suggest
from promptctl.errors import StateError, UsageError

UNKNOWN, NOT_NOW, EDITED, UNKNOWN_ARM = "PC255", "PC256", "PC257", "PC261"


def started_experiment(repository: Repository, state: State, name: str, verb: str) -> Experiment:
    """The experiment that counts. Raises UsageError where nothing is called so, StateError for a draft."""
    found = state.experiment(name)
    if found and found.state != "draft":
        return found
    if found is None and read_experiment(repository.work, name) is None:
        raise unknown(repository, state, name)
    message = f"{name} is a draft: there is nothing to {verb}"
    raise StateError(NOT_NOW, message, hint=f"promptctl experiment start {name}")


def require_split(experiment: Experiment, verb: str) -> None:
    """Raises StateError for an experiment that has ended."""
    if experiment.split:
        return
    message = f"{experiment.name} is {experiment.state}: there is nothing to {verb}"
    raise StateError(NOT_NOW, message, hint=f"promptctl experiment report {experiment.name}")


def require_unedited(experiment: Experiment) -> None:
    """Raises StateError where the plan on the state branch is not the one that units are counted for."""
    if experiment.edited:
        raise edited_error(experiment)


def edited_error(experiment: Experiment) -> StateError:
    """What to say of a plan that was changed while its units are counted."""
    name = experiment.name
    message = f"the plan of {name} was changed while its units are counted"
    place = experiment.document.place(("counting", "plan"))
    hint = f"promptctl experiment pause {name} --reason …, then promptctl experiment resume {name}"
    return StateError(EDITED, message, place=place, hint=hint)


def unknown(repository: Repository, state: State, name: str) -> UsageError:
    """What to say of a name that no experiment has."""
    known = {*state.experiments, *experiment_names(repository.work)}
    hint = suggest(name, known) or ("promptctl experiment list" if known else f"promptctl experiment new {name}")
    return UsageError(UNKNOWN, f"there is no experiment `{name}`", hint=hint)


def draft_of(repository: Repository, state: State, name: str) -> Experiment:
    """The plan to start: the file in the work tree, else the one on the state branch. Raises UsageError."""
    found = read_experiment(repository.work, name) or state.experiment(name)
    if found is None:
        raise unknown(repository, state, name)
    return found


def differs_here(repository: Repository, experiment: Experiment) -> bool:
    """Whether the file in the work tree holds another plan than the one that counts."""
    here = read_experiment(repository.work, experiment.name)
    return here is not None and here.plan.digest != experiment.plan.digest


def experiment_bytes(experiment: Experiment) -> bytes:
    """The file: the plan as people wrote it, and below it what promptctl records."""
    data = planned_text(experiment.document).encode() + f"\n{HEAD}\n".encode() + yaml_bytes(experiment.record())
    parse_experiment(parse_yaml(data, experiment_path(experiment.name)), experiment.name)
    return data

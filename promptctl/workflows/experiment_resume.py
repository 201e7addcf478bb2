"""``experiment resume``: goes on with a paused experiment, by the plan it had or by another one."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace

from promptctl.adapters.experiments import read_experiment
from promptctl.adapters.git.identity import committer
from promptctl.adapters.repository import Repository
from promptctl.adapters.state import State
from promptctl.core.experiments.experiment import Experiment
from promptctl.core.experiments.plan import experiment_path
from promptctl.errors import StateError
from promptctl.workflows.admission import Admission
from promptctl.workflows.experiment_files import EDITED, differs_here, require_split, started_experiment
from promptctl.workflows.experiment_moves import Change, ExperimentResult, going_on, live_split, result_of
from promptctl.workflows.experiment_start import Starting, admitted_arms, counting, new_split, require_day
from promptctl.workflows.publish import Edit, publish


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """``anew``: counting began again, in another split; ``changed``: it goes on by another plan."""

    result: ExperimentResult
    anew: bool
    changed: bool


def resume_experiment(
    repository: Repository, name: str, starting: Starting, *, edited: bool, reason: str | None = None
) -> Resumed:
    """Goes on with a paused experiment; with ``edited``, by the plan in the work tree.

    Other arms, shares, units, targeting or another primary metric: counting begins anew, with a new salt. Another
    design alone: what looks have spent stays spent. Raises UsageError, StateError, GateRefused.
    """
    committer(repository.git)
    before = list[Experiment]()

    def build(state: State) -> Edit | None:
        found = started_experiment(repository, state, name, "resume")
        require_split(found, "resume")
        before[:] = [found]
        planned = _planned(repository, found, edited=edited)
        return None if found.state == "running" else _edit(repository, state, found, planned, starting, reason)

    words = ["experiment", "resume", *(["--edited"] if edited else []), name]
    published = publish(repository, shlex.join(words), build, sending=starting.asked.sending)
    result = result_of(repository, published, name)
    then, now = before[0].counting if before else None, result.experiment.counting
    assert now
    return Resumed(
        result=result,
        anew=result.changed and then is not None and then.counted != now.counted,
        changed=result.changed and then is not None and then.plan != now.plan,
    )


def _planned(repository: Repository, found: Experiment, *, edited: bool) -> Experiment:
    """The plan to go on by. Raises StateError where another one lies in the work tree and nobody says which counts."""
    name = found.name
    here = read_experiment(repository.work, name)
    if here is None or not differs_here(repository, found):
        return found
    if found.state == "running":
        message = f"{name} is running by another plan than the one here"
        raise StateError(EDITED, message, hint=f"promptctl experiment pause {name} --reason …")
    if not edited:
        message = f"{experiment_path(name)} holds another plan than the one that was paused"
        raise StateError(EDITED, message, hint=f"promptctl experiment resume --edited {name}, to go on by it")
    return here


def _edit(
    repository: Repository,
    state: State,
    found: Experiment,
    planned: Experiment,
    starting: Starting,
    reason: str | None,
) -> Edit:
    pointer, split = live_split(repository, state, found)
    plan, before, now = planned.plan, found.counting, starting.gate.now
    assert before
    require_day(plan, now)
    admission: Admission | None = None
    if (plan.prompt, plan.environment) != (found.plan.prompt, found.plan.environment):
        message = f"{found.name} is about {found.plan.prompt} in {found.plan.environment}, and stays so"
        raise StateError(EDITED, message, hint="for another prompt or environment, make another experiment")
    if plan.counted == before.counted:
        counted = replace(before, plan=plan.digest, sample=plan.design.sample or before.sample)
        looks, split = found.looks, replace(split, state="running")
    else:
        admission = admitted_arms(repository, state, pointer, plan, starting)
        split = new_split(state, pointer, plan, admission, now)
        counted, looks = counting(plan, starting, now), ()
    experiment = replace(planned, state="running", started=found.started, counting=counted, looks=looks, result=None)
    change = Change(action="resume", experiment=experiment, split=split, reason=reason, admission=admission)
    return going_on(repository, state, pointer, change, now)

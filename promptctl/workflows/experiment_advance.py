"""``experiment advance``: does what the plan says by now: takes the look that is due, ends what is decided."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from promptctl.adapters.git.identity import committer
from promptctl.adapters.repository import Repository
from promptctl.adapters.state import State, read_state
from promptctl.core.experiments.counted import Counted
from promptctl.core.experiments.decision import Decision, decide
from promptctl.core.experiments.experiment import Experiment
from promptctl.core.experiments.plan import experiment_path
from promptctl.errors import StateError, UsageError
from promptctl.workflows.experiment_files import experiment_bytes, require_unedited, started_experiment
from promptctl.workflows.experiment_moves import (
    ExperimentResult,
    closed,
    ended,
    live_split,
    result_of,
    split_is_gone,
    with_result,
)
from promptctl.workflows.publish import RACED, Edit, publish
from promptctl.workflows.retirement import retired_versions
from promptctl.workflows.sending import AT_ONCE, Sending

Count = Callable[[Experiment], Counted]
"""Reads an experiment's units from where events are kept."""

_ROUNDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Advanced:
    """``decision`` is None for an experiment that is not running: nothing is decided then. ``result`` is None where
    nothing was to be written, or with a dry run."""

    experiment: Experiment
    decision: Decision | None
    result: ExperimentResult | None = None

    @property
    def ok(self) -> bool:
        return self.decision is None or self.decision.ok


def running_experiments(repository: Repository, *, fetch: bool) -> tuple[str, ...]:
    """The names of those that run, on the state branch as the remote has it now; also of those that nobody can read:
    they may run."""
    if fetch:
        repository.fetch()
    state = read_state(repository)
    return tuple(name for name in state.experiments if _may_run(state, name))


def _may_run(state: State, name: str) -> bool:
    try:
        experiment = state.experiment(name)
    except UsageError:
        return True
    return experiment is not None and experiment.state == "running"


def foresee(repository: Repository, name: str, count: Count, now: datetime) -> Advanced:
    """What ``advance`` would do, by the state as last fetched."""
    state = read_state(repository)
    experiment = started_experiment(repository, state, name, "decide")
    decision = _decided(repository, state, experiment, count, now) if experiment.state == "running" else None
    return Advanced(experiment=experiment, decision=decision)


def advance_experiment(
    repository: Repository, name: str, count: Count, now: datetime, *, in_ci: bool = False, sending: Sending = AT_ONCE
) -> Advanced:
    """One step. Whoever loses a race decides anew on what is there, so that two at once make one step.

    Where a rollback has ended the split, the experiment's file follows. Raises UsageError for unknown names, StateError
    for drafts, plans changed by hand and promotions that the environment does not take now, or not from here
    (``in_ci``), OutsideError where events cannot be read.
    """
    committer(repository.git)
    done: list[tuple[Experiment, Decision | None]] = []

    def build(state: State) -> Edit | None:
        experiment = started_experiment(repository, state, name, "decide")
        if experiment.split and split_is_gone(state, experiment):
            after, edit = closed(repository, experiment, _why_gone(state, experiment), now)
            done[:] = [(after, None)]
            return edit
        if experiment.state != "running":
            done[:] = [(experiment, None)]
            return None
        decision = _decided(repository, state, experiment, count, now)
        done[:] = [(experiment, decision)]
        return _edit(repository, state, experiment, decision, now, in_ci=in_ci)

    operation = shlex.join(["experiment", "advance", name])
    for last in (*[False] * _ROUNDS, True):
        try:
            published = publish(repository, operation, build, sending=sending)
            break
        except StateError as error:
            if error.code != RACED or last:
                raise
    result = result_of(repository, published, name)
    experiment, decision = done[0] if done else (result.experiment, None)
    return Advanced(experiment=experiment, decision=decision, result=result if result.changed else None)


def _decided(repository: Repository, state: State, experiment: Experiment, count: Count, now: datetime) -> Decision:
    """What the numbers decide. An arm that was retired meanwhile ends the experiment on control."""
    require_unedited(experiment)
    live_split(repository, state, experiment)
    plan = experiment.plan
    decision = decide(experiment, count(experiment), now)
    retired = retired_versions(repository, plan.prompt)
    for arm in plan.treatments:
        if reason := retired.get(arm.version):
            because = f"{arm.name} ({plan.prompt} {arm.version}) is retired: {reason}"
            return replace(decision, verdict="do not ship", cause="harm", arm=plan.control.name, because=because)
    return decision


def _why_gone(state: State, experiment: Experiment) -> str:
    """What ended the split: the first move that said what is served since the split was last spoken of, for a removal
    takes it along without a word."""
    plan = experiment.plan
    entries = state.moves(plan.environment, plan.prompt).entries
    told = [place for place, move in enumerate(entries) if move.split and move.split["id"] == plan.name]
    last = next((move for move in entries[told[-1] :] if move.kind != "split"), None) if told else None
    return f"its split was ended by {last.by}: {last.reason}" if last else "its split is not there any more"


def _edit(
    repository: Repository, state: State, experiment: Experiment, decision: Decision, now: datetime, *, in_ci: bool
) -> Edit | None:
    """The edit of a decision: the end, the look that was taken, or nothing."""
    looks = (*experiment.looks, decision.look) if decision.look else experiment.looks
    looked = replace(experiment, looks=looks)
    if decision.ends:
        after = with_result(
            repository,
            looked,
            verdict=decision.verdict,
            arm=decision.arm,
            because=decision.because,
            now=now,
            numbers=decision.numbers,
        )
        return ended(repository, state, after, decision.because, now, in_ci=in_ci)
    if decision.look is None:
        return None
    files = {experiment_path(experiment.name): experiment_bytes(looked)}
    subject = f"look {len(looks)} at experiment {experiment.name}: {decision.verdict}"
    return Edit(files=files, message=f"{subject}\n\n{decision.because}")

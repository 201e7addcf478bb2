"""``experiment start``: puts a draft on the state branch and splits the traffic by it, in one commit."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from promptctl.adapters.git.identity import committer
from promptctl.adapters.git.refs import commit_of, is_ancestor
from promptctl.adapters.repository import Repository
from promptctl.adapters.state import State, read_state
from promptctl.core.experiments.experiment import Counting, Experiment
from promptctl.core.experiments.plan import Plan, experiment_path
from promptctl.core.moves.pointer import Pointer, Served
from promptctl.core.splits.ranges import shared
from promptctl.core.splits.split import Arm, Split
from promptctl.core.timestamp import timestamp
from promptctl.errors import StateError
from promptctl.workflows.admission import Admission, Asked
from promptctl.workflows.experiment_files import EDITED, NOT_NOW, draft_of
from promptctl.workflows.experiment_moves import Change, ExperimentResult, going_on, result_of
from promptctl.workflows.gate_context import GateContext
from promptctl.workflows.publish import Edit, publish
from promptctl.workflows.splitting import admitted, new_salt, require_served, require_unsplit
from promptctl.workflows.unsent import touched

NOT_LIVE, OVER, UNSENT_DRAFT = "PC258", "PC259", "PC260"
Sample = Callable[[Plan], int]
"""How many units a plan needs that does not say so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Starting:
    """Outside things that a start needs: what gates may use, how it is asked, and how a sample is reckoned."""

    gate: GateContext
    asked: Asked
    sample: Sample


def start_experiment(repository: Repository, name: str, starting: Starting) -> ExperimentResult:
    """Starts a draft. One that runs by the same plan is left as it is.

    Raises UsageError for what is wrong with the plan, StateError for what refuses it, GateRefused for a gate's no.
    """
    committer(repository.git)
    now = starting.gate.now
    if starting.asked.sending.push:
        here = draft_of(repository, read_state(repository), name)
        repository.fetch([here.plan.prompt])

    def build(state: State) -> Edit | None:
        draft = draft_of(repository, state, name)
        found = state.experiment(name)
        if found and found.state != "draft":
            _require_same(found, draft)
            return None
        plan = draft.plan
        repository.settings.environment(plan.environment)
        require_day(plan, now)
        pointer = require_served(state.live(plan.environment, plan.prompt), plan.prompt, plan.environment)
        require_unsplit(pointer, plan.environment)
        _require_sent(repository, state, name)
        admission = admitted_arms(repository, state, pointer, plan, starting)
        split = new_split(state, pointer, plan, admission, now)
        experiment = replace(draft, state="running", started=timestamp(now), counting=counting(plan, starting, now))
        change = Change(action="start", experiment=experiment, split=split, admission=admission)
        return going_on(repository, state, pointer, change, now)

    operation = shlex.join(["experiment", "start", name])
    published = publish(repository, operation, build, sending=starting.asked.sending, fetch=False)
    return result_of(repository, published, name)


def _require_same(found: Experiment, draft: Experiment) -> None:
    """Raises StateError where what runs, or has ended, is not this draft."""
    name = found.name
    if not found.split:
        message = f"{name} is {found.state}: what it found stays under its name"
        raise StateError(NOT_NOW, message, hint="give the next experiment another name")
    if draft.plan.digest != found.plan.digest:
        message = f"{name} is {found.state} by another plan than the one here"
        steps = "promptctl experiment resume --edited" if found.state == "paused" else "promptctl experiment pause"
        raise StateError(EDITED, message, hint=f"{steps} {name}")


def require_day(plan: Plan, now: datetime) -> None:
    """Raises StateError where the plan ends before anything could be seen."""
    if plan.design.ends is not None and plan.design.ends <= now.astimezone(UTC).date():
        message = f"{plan.name} ends on {plan.design.ends}, which is not ahead"
        raise StateError(OVER, message, hint="give design.ends a later day, or leave it out")


def _require_sent(repository: Repository, state: State, name: str) -> None:
    """Raises StateError where the local state branch has the draft in a commit that nobody else has: the commit made
    now would meet it when both come together."""
    branch, path = repository.state_branch, experiment_path(name)
    local = commit_of(repository.git, f"refs/heads/{branch}")
    if repository.remote is None or local is None or state.commit is None:
        return
    if is_ancestor(repository.git, local, state.commit):
        return
    if touched(repository, local, [path]) != touched(repository, state.commit, [path]):
        message = f"{path} is committed on {branch} here, and {repository.remote} does not have that commit"
        raise StateError(UNSENT_DRAFT, message, hint=f"git push {repository.remote} {branch}")


def admitted_arms(repository: Repository, state: State, pointer: Pointer, plan: Plan, starting: Starting) -> Admission:
    """Every arm through the environment's policy. Raises StateError also where control is not what is live."""
    if plan.control.version != pointer.served.version:
        message = f"{plan.environment} serves {plan.prompt} {pointer.served.version}, and control is "
        hint = f"control is what is live: version: {pointer.served.version}"
        raise StateError(NOT_LIVE, f"{message}{plan.control.version}", hint=hint)
    references = [f"{plan.prompt}@{arm.version}" for arm in plan.arms]
    return admitted(repository, state, plan.environment, references, starting.asked, starting.gate)


def new_split(state: State, pointer: Pointer, plan: Plan, admission: Admission, now: datetime) -> Split:
    """The split that a plan begins: a salt of its own, so that nobody's arm follows from an earlier one."""
    served = {move.release.version: Served(move.release.version, move.release.digest) for move in admission.planned}
    ranges = shared((), plan.percents)
    at = timestamp(now.astimezone(UTC))
    return Split(
        kind="experiment",
        id=plan.name,
        salt=new_salt(pointer.lineage, plan.name, state.commit, now),
        unit=plan.unit,
        state="running",
        arms=tuple(Arm(name=arm.name, served=served[arm.version], ranges=ranges[arm.name]) for arm in plan.arms),
        when=plan.when,
        rules={"began": at, "since": at},
    )


def counting(plan: Plan, starting: Starting, now: datetime) -> Counting:
    """What is counted from now on."""
    return Counting(
        since=timestamp(now.astimezone(UTC)),
        sample=plan.design.sample or starting.sample(plan),
        plan=plan.digest,
        counted=plan.counted,
    )

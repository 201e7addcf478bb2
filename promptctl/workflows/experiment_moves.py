"""One change of an experiment becomes one edit: its file, and with it pointer and move where its split changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from promptctl.adapters.git.identity import committer
from promptctl.adapters.repository import Repository
from promptctl.adapters.state import State, read_state, state_at
from promptctl.core.experiments.experiment import Experiment, Result
from promptctl.core.experiments.plan import Plan, experiment_path
from promptctl.core.moves.pointer import Pointer, Served
from promptctl.core.splits.split import Split
from promptctl.core.timestamp import timestamp
from promptctl.workflows.admission import Admission, refusal
from promptctl.workflows.experiment_files import edited_error, experiment_bytes
from promptctl.workflows.promotion import barriers, withdrawn
from promptctl.workflows.publish import Edit, Published
from promptctl.workflows.rollback import require_intact
from promptctl.workflows.serials import require_newest
from promptctl.workflows.splitting import SplitMove, change_of, let_in, require_served, require_split, split_files


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentResult:
    """An experiment after a command; ``changed`` is False where it was so already."""

    experiment: Experiment
    published: Published
    changed: bool = True
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is done to an experiment: the ``action`` of the move, the ``experiment`` and its ``split`` after it.

    ``admission`` is what let arms in that were not there before; its new evidence lands in the same commit.
    """

    action: str
    experiment: Experiment
    split: Split
    reason: str | None = None
    admission: Admission | None = None


def result_of(repository: Repository, published: Published, name: str) -> ExperimentResult:
    """The experiment as what was published has it."""
    commit = published.commit
    state = state_at(repository, published.branch, commit) if commit else read_state(repository)
    experiment = state.experiment(name)
    assert experiment
    changed = commit is not None and not published.resent
    return ExperimentResult(experiment=experiment, published=published, changed=changed, note=repository.policy_note)


def live_split(repository: Repository, state: State, experiment: Experiment) -> tuple[Pointer, Split]:
    """The pointer and the split of an experiment that shares traffic. Raises StateError where it is not there, or where
    the pointer was turned back: its next serial would be one that it had."""
    plan = experiment.plan
    require_newest(repository, state, [(plan.environment, plan.prompt)])
    pointer = require_served(state.live(plan.environment, plan.prompt), plan.prompt, plan.environment)
    return pointer, require_split(pointer, plan.prompt, plan.environment, "experiment", plan.name)


def split_is_gone(state: State, experiment: Experiment) -> bool:
    """Whether a rollback, or a removal, has ended the split of an experiment that is said to have one."""
    plan = experiment.plan
    live = state.live(plan.environment, plan.prompt)
    return live is None or live.split is None or live.split.id != plan.name


def closed(repository: Repository, experiment: Experiment, because: str, now: datetime) -> tuple[Experiment, Edit]:
    """An experiment whose split is gone, as its file says it afterwards; pointers stay as they are."""
    plan = experiment.plan
    after = with_result(repository, experiment, verdict="aborted", arm=plan.control.name, because=because, now=now)
    subject = f"close experiment {plan.name} in {plan.environment}"
    files = {experiment_path(plan.name): experiment_bytes(after)}
    return after, Edit(files=files, message=f"{subject}\n\n{because}")


def going_on(repository: Repository, state: State, pointer: Pointer, change: Change, now: datetime) -> Edit:
    """The edit of a change after which the traffic is split."""
    move = SplitMove(
        kind="split",
        served=pointer.served,
        split=change.split,
        change=change_of(change.split, change.action),
        reason=change.reason,
    )
    if change.admission is None:
        return _edit(repository, state, pointer, move, change, now)
    edit = _edit(repository, state, pointer, let_in(move, change.admission), change, now)
    return replace(edit, files={**edit.files, **change.admission.files})


def ended(
    repository: Repository, state: State, experiment: Experiment, reason: str, now: datetime, *, in_ci: bool
) -> Edit:
    """The edit that gives everybody the arm that the result of an experiment names. Raises StateError where that would
    be a promotion that the environment does not take now, or not from here, of a version that was retired or whose tag
    does not hold what is tried; control is never refused."""
    plan, result = experiment.plan, experiment.result
    assert result
    pointer, split = live_split(repository, state, experiment)
    action = "abort" if experiment.state == "aborted" else "conclude"
    change = Change(action=action, experiment=experiment, split=split, reason=reason)
    ships = result.arm != plan.control.name
    arm = next((arm for arm in split.arms if arm.name == result.arm), None)
    if arm is None:
        raise edited_error(experiment)
    if ships:
        _require_taken(repository, state, plan, arm.served, in_ci=in_ci)
    move = SplitMove(
        kind="promote" if ships else "rollback",
        served=arm.served if ships else pointer.served,
        split=None,
        change=change_of(split, action, result.numbers),
        reason=reason,
    )
    return _edit(repository, state, pointer, move, change, now)


def _require_taken(repository: Repository, state: State, plan: Plan, served: Served, *, in_ci: bool) -> None:
    target = repository.settings.environment(plan.environment)
    problems = [*withdrawn(repository, plan.prompt, served.version), *barriers(state, target, in_ci=in_ci)]
    if problems:
        raise refusal(problems)
    require_intact(repository, plan.prompt, served)


def _edit(
    repository: Repository, state: State, pointer: Pointer, move: SplitMove, change: Change, now: datetime
) -> Edit:
    plan, by = change.experiment.plan, committer(repository.git).person
    files = split_files(state, plan.environment, plan.prompt, pointer, move, by, now)
    files |= {experiment_path(plan.name): experiment_bytes(change.experiment)}
    return Edit(files=files, message=_message(change))


def _message(change: Change) -> str:
    experiment, result = change.experiment, change.experiment.result
    outcome = f": {result.verdict} {result.arm}" if result and result.verdict == "ship" else ""
    subject = f"{change.action} experiment {experiment.name} in {experiment.plan.environment}{outcome}"
    return f"{subject}\n\n{change.reason}" if change.reason else subject


def with_result(
    repository: Repository,
    experiment: Experiment,
    *,
    verdict: str,
    arm: str,
    because: str,
    now: datetime,
    numbers: Mapping[str, Any] | None = None,
) -> Experiment:
    """The experiment as it is after its end."""
    result = Result(
        verdict=verdict,
        arm=arm,
        because=because,
        at=timestamp(now.astimezone(UTC)),
        by=committer(repository.git).person,
        numbers=numbers or {},
    )
    return replace(experiment, state="aborted" if verdict == "aborted" else "concluded", result=result)

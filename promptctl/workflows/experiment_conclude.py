"""``experiment conclude`` and ``abort``: ends an experiment by hand, recorded as such."""

from __future__ import annotations

import shlex
from datetime import datetime

from promptctl.adapters.git.identity import committer
from promptctl.adapters.repository import Repository
from promptctl.adapters.state import State
from promptctl.core.experiments.experiment import Experiment
from promptctl.core.suggestion import suggest
from promptctl.errors import UsageError
from promptctl.workflows.experiment_files import UNKNOWN_ARM, require_split, started_experiment
from promptctl.workflows.experiment_moves import (
    ExperimentResult,
    closed,
    ended,
    result_of,
    split_is_gone,
    with_result,
)
from promptctl.workflows.moving import check_reason
from promptctl.workflows.publish import Edit, publish
from promptctl.workflows.sending import AT_ONCE, Sending


def conclude_experiment(
    repository: Repository,
    name: str,
    arm: str | None,
    reason: str,
    now: datetime,
    *,
    in_ci: bool = False,
    sending: Sending = AT_ONCE,
) -> ExperimentResult:
    """Gives everybody an arm; None: control. One that has ended with it stays as it is.

    Raises UsageError for unknown arms, StateError where it has ended otherwise, or where the environment does not take
    promotions now, or not from here (``in_ci``).
    """
    words = ["experiment", "conclude", name, *(["--ship", arm] if arm else ["--control"])]

    def build(state: State) -> Edit | None:
        experiment = started_experiment(repository, state, name, "conclude")
        chosen = _arm(experiment, arm)
        if experiment.result and experiment.state == "concluded" and experiment.result.arm == chosen:
            return None
        require_split(experiment, "conclude")
        verdict = "do not ship" if chosen == experiment.plan.control.name else "ship"
        after = with_result(repository, experiment, verdict=verdict, arm=chosen, because=f"by hand: {reason}", now=now)
        return ended(repository, state, after, f"by hand: {reason}", now, in_ci=in_ci)

    committer(repository.git)
    check_reason(reason)
    published = publish(repository, shlex.join(words), build, sending=sending)
    return result_of(repository, published, name)


def abort_experiment(
    repository: Repository, name: str, reason: str, now: datetime, *, sending: Sending = AT_ONCE
) -> ExperimentResult:
    """Ends an experiment on control, without a verdict. Where a rollback has ended its split, only its file follows.

    Raises UsageError for unknown names, StateError for one that has ended.
    """

    def build(state: State) -> Edit | None:
        experiment = started_experiment(repository, state, name, "abort")
        if experiment.state == "aborted":
            return None
        require_split(experiment, "abort")
        because, control = f"by hand: {reason}", experiment.plan.control.name
        if split_is_gone(state, experiment):
            return closed(repository, experiment, because, now)[1]
        after = with_result(repository, experiment, verdict="aborted", arm=control, because=because, now=now)
        return ended(repository, state, after, reason, now, in_ci=False)

    committer(repository.git)
    check_reason(reason)
    published = publish(repository, shlex.join(["experiment", "abort", name]), build, sending=sending)
    return result_of(repository, published, name)


def _arm(experiment: Experiment, arm: str | None) -> str:
    """The arm that is meant. Raises UsageError."""
    plan = experiment.plan
    known = [each.name for each in plan.arms]
    if arm is None:
        return plan.control.name
    if arm not in known:
        hint = suggest(arm, known) or f"arms: {', '.join(known)}"
        raise UsageError(UNKNOWN_ARM, f"{plan.name} has no arm `{arm}`", hint=hint)
    return arm

"""``experiment pause``: nothing is decided until it is resumed, units stay in their arms, and the plan may change."""

from __future__ import annotations

import shlex
from dataclasses import replace
from datetime import datetime

from promptctl.adapters.git.identity import committer
from promptctl.adapters.repository import Repository
from promptctl.adapters.state import State
from promptctl.workflows.experiment_files import require_split, started_experiment
from promptctl.workflows.experiment_moves import Change, ExperimentResult, going_on, live_split, result_of
from promptctl.workflows.moving import check_reason
from promptctl.workflows.publish import Edit, publish
from promptctl.workflows.sending import AT_ONCE, Sending


def pause_experiment(
    repository: Repository, name: str, reason: str, now: datetime, *, sending: Sending = AT_ONCE
) -> ExperimentResult:
    """Pauses a running experiment; one that is paused stays so. Raises UsageError, StateError."""
    committer(repository.git)
    check_reason(reason)

    def build(state: State) -> Edit | None:
        experiment = started_experiment(repository, state, name, "pause")
        require_split(experiment, "pause")
        if experiment.state == "paused":
            return None
        pointer, split = live_split(repository, state, experiment)
        paused = replace(experiment, state="paused")
        held = replace(split, state="paused")
        change = Change(action="pause", experiment=paused, split=held, reason=reason)
        return going_on(repository, state, pointer, change, now)

    published = publish(repository, shlex.join(["experiment", "pause", name]), build, sending=sending)
    return result_of(repository, published, name)

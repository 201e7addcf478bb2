"""Experiments and rollouts side by side, as plain data: how each stands, since when, and by whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import timedelta

    from promptctl.core.moves.moves import Move
    from promptctl.workflows.experiments_told import ExperimentTold
    from promptctl.workflows.rollouts_told import RolloutTold

_UNKNOWN: dict[str, Any] = {
    "state": "unreadable",
    "arms": [],
    "started": None,
    "counting": None,
    "looks": [],
    "result": None,
}
"""Of an experiment, where its file says nothing of it."""


def rollout_row(told: RolloutTold, now: datetime) -> dict[str, Any]:
    """A rollout, under way or over. ``overdue`` says for how much longer it has stood than it was meant to."""
    from promptctl.core.splits.rollout import percent_of, plan_of
    from promptctl.core.splits.split_age import rollout_overdue

    split, first, last = told.split, told.moves[0], told.moves[-1]
    steps = [float(step) for step in plan_of(split).steps] if split else None
    percent = float(percent_of(split)) if split else None
    return {
        "prompt": told.prompt,
        "environment": told.environment,
        "serial": told.serial,
        "id": told.id,
        "state": told.state,
        "fault": told.fault,
        **{name: arm["version"] for name, arm in (first.split or {}).get("arms", {}).items()},
        "percent": percent,
        "steps": steps,
        "step": sum(step <= (percent or 0) for step in steps) if steps else None,
        "began": first.at,
        "by": first.by,
        "since": split.rules.get("since", first.at) if split else last.at,
        "overdue": _long(rollout_overdue(split, now) if split else None),
        "reason": last.reason,
    }


def experiment_row(told: ExperimentTold, now: datetime) -> dict[str, Any]:
    """An experiment: a draft, under way or over."""
    from promptctl.answers.experiment import listed_data
    from promptctl.core.splits.split_age import experiment_overdue

    experiment, moves = told.listed.experiment, told.moves
    overdue = experiment_overdue(experiment, now) if experiment and experiment.split else None
    return {
        **_UNKNOWN,
        **listed_data(told.listed),
        "fault": told.fault,
        "planned_looks": experiment.plan.design.looks if experiment else None,
        "by": moves[0].by if moves else None,
        "since": moves[-1].at if moves else None,
        "overdue": _long(overdue),
        "reason": moves[-1].reason if moves else None,
    }


def moves_data(moves: Sequence[Move]) -> list[dict[str, Any]]:
    """What was done to a split, newest first."""
    return [move.to_dict(None) for move in reversed(moves)]


def _long(time: timedelta | None) -> str | None:
    from promptctl.workflows.split_drift import how_long

    return None if time is None else how_long(time)

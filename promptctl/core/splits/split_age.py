"""How long a split was meant to stand as it is, and whether it stands longer."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from promptctl.core.splits.rollout import MOST_MINUTES
from promptctl.core.splits.split import Split

if TYPE_CHECKING:
    from promptctl.core.experiments.experiment import Experiment

_SHORTEST = timedelta(days=1)
"""No split is called stale before: whoever looks after it may look once a day."""


def rollout_overdue(split: Split, now: datetime) -> timedelta | None:
    """For how much longer a rollout has stood at one step than all its steps were meant to take together; None while
    it has not."""
    since = split.rules.get("since")
    minutes = min(split.rules.get("minimum", {}).get("minutes", 0), MOST_MINUTES)
    meant = max(timedelta(minutes=minutes) * len(split.rules.get("steps", ())), _SHORTEST)
    return _beyond(datetime.fromisoformat(since), meant, now) if since else None


def experiment_overdue(experiment: Experiment, now: datetime) -> timedelta | None:
    """For how much longer an experiment goes on than its plan says: until the end of its last day, else a period of
    its ``minimum_days`` for each look; None while it has not."""
    design, counting = experiment.plan.design, experiment.counting
    if counting is None:
        return None
    if design.ends:
        return _beyond(datetime.combine(design.ends, time(), UTC), timedelta(days=1), now)
    meant = max(timedelta(days=design.minimum_days) * design.looks, _SHORTEST)
    return _beyond(datetime.fromisoformat(counting.since), meant, now)


def _beyond(begin: datetime, meant: timedelta, now: datetime) -> timedelta | None:
    """The end itself may be after the last day of the calendar."""
    beyond = now - begin - meant
    return beyond if beyond > timedelta() else None

"""``experiment assign``: which arm units are in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from promptctl.adapters.repository import Repository
from promptctl.adapters.state import read_state
from promptctl.core.experiments.experiment import Experiment
from promptctl.core.splits.assignment import assigner, position
from promptctl.core.splits.split import Arm
from promptctl.core.splits.targeting import condition
from promptctl.workflows.experiment_files import require_split, started_experiment
from promptctl.workflows.experiment_moves import live_split


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """A unit, where it stands among ten thousand, and its arm; None where the plan leaves such units out."""

    unit: str
    position: int
    arm: Arm | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignResult:
    """``condition``: whether units take part depends on attributes that were not given."""

    experiment: Experiment
    units: tuple[Assigned, ...]
    condition: str | None = None


def assign_units(
    repository: Repository, name: str, units: Sequence[str], attributes: Mapping[str, Any]
) -> AssignResult:
    """The arms of units by the split as last fetched, as applications reckon them.

    Raises UsageError for unknown names and attributes that the condition cannot take, StateError for experiments that
    do not share traffic.
    """
    state = read_state(repository)
    experiment = started_experiment(repository, state, name, "assign")
    require_split(experiment, "assign")
    _, split = live_split(repository, state, experiment)
    arm_of, when = assigner(split), split.when
    inside = condition(when)(attributes) if when and attributes else True
    found = (
        Assigned(unit=unit, position=position(split.salt, unit), arm=split.arms[arm_of(unit)] if inside else None)
        for unit in units
    )
    return AssignResult(experiment=experiment, units=tuple(found), condition=when if when and not attributes else None)

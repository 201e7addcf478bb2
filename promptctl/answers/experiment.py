"""Experiments as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from promptctl.core.experiments.experiment import Experiment
    from promptctl.workflows.experiment_list import Listed


def data(found: Sequence[Listed]) -> dict[str, Any]:
    """Every experiment; of one that cannot be read, why."""
    return {"experiments": [_listed(it) for it in found]}


def _listed(it: Listed) -> dict[str, Any]:
    if it.experiment is None:
        fault = {"code": it.fault.code, "message": it.fault.message} if it.fault else None
        return {"experiment": it.name, "fault": fault}
    return {**experiment_data(it.experiment), "only_here": it.here, "split_lost": it.lost}


def experiment_data(experiment: Experiment) -> dict[str, Any]:
    """An experiment for programs."""
    plan = experiment.plan
    return {
        "experiment": plan.name,
        "prompt": plan.prompt,
        "environment": plan.environment,
        "arms": [{"name": arm.name, "version": str(arm.version), "percent": float(arm.percent)} for arm in plan.arms],
        "plan": plan.digest,
        **experiment.record(),
    }

"""Experiments as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from promptctl.answers.published import published_data

if TYPE_CHECKING:
    from promptctl.core.experiments.experiment import Experiment
    from promptctl.workflows.experiment_advance import Advanced
    from promptctl.workflows.experiment_list import Listed
    from promptctl.workflows.experiment_moves import ExperimentResult
    from promptctl.workflows.gate import GateOutcome


def data(found: Sequence[Listed]) -> dict[str, Any]:
    """Every experiment; of one that cannot be read, why."""
    return {"experiments": [listed_data(it) for it in found]}


def listed_data(it: Listed) -> dict[str, Any]:
    """One of a list; of one that cannot be read, why."""
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


def changed(result: ExperimentResult) -> dict[str, Any]:
    """An experiment after a change, and whether it was one."""
    return {
        **experiment_data(result.experiment),
        "changed": result.changed,
        "published": published_data(result.published),
        "note": result.note,
    }


def refused_arms(name: str, refused: tuple[tuple[str, GateOutcome], ...]) -> dict[str, Any]:
    """What gates said against the arms of an experiment."""
    rows = [{"prompt": prompt, "sentence": gate.sentence, **gate.summary} for prompt, gate in refused]
    return {"experiment": name, "refused": rows}


def advanced_data(it: Advanced) -> dict[str, Any]:
    """What was decided by now; a decision of None where there is nothing to decide."""
    decision, result = it.decision, it.result
    return {
        **experiment_data(result.experiment if result else it.experiment),
        "decision": decision
        and {
            "verdict": decision.verdict,
            "cause": decision.cause,
            "arm": decision.arm,
            "because": decision.because,
            "look": decision.look.to_dict() if decision.look else None,
            "numbers": decision.numbers,
        },
        "published": published_data(result.published if result else None),
    }

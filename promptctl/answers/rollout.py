"""Rollouts as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from promptctl.answers.published import published_data

if TYPE_CHECKING:
    from promptctl.core.splits.rollout import RolloutPlan
    from promptctl.core.splits.split import Split
    from promptctl.workflows.rollout import Rollout
    from promptctl.workflows.rollout_advance import Looked
    from promptctl.workflows.rollout_change import RolloutChanged
    from promptctl.workflows.rollout_start import RolloutStarted


def data(found: Sequence[Rollout], read: str) -> dict[str, Any]:
    """The rollouts under way, and which state was read."""
    rows = [{"prompt": it.name, "environment": it.environment, "rollout": split_data(it.split)} for it in found]
    return {"rollouts": rows, "read": read}


def split_data(split: Split) -> dict[str, Any]:
    """A rollout's split, for programs."""
    from promptctl.core.splits.rollout import CANARY, STABLE, arm_named, percent_of, plan_of

    plan = plan_of(split)
    return {
        "id": split.id,
        "state": split.state,
        "stable": arm_named(split, STABLE).served.to_dict(),
        "canary": arm_named(split, CANARY).served.to_dict(),
        "percent": float(percent_of(split)),
        "unit": split.unit,
        "when": split.when,
        "shadow": split.shadow,
        **plan.to_rules(),
        "began": split.rules.get("began"),
        "since": split.rules.get("since"),
    }


def plan_data(plan: RolloutPlan) -> dict[str, Any]:
    """How a rollout would go on."""
    return {"unit": plan.unit, "when": plan.when, "shadow": plan.shadow, **plan.to_rules()}


def started(result: RolloutStarted) -> dict[str, Any]:
    """The rollout that began, or what its gate said against it."""
    return {
        "prompt": result.name,
        "environment": result.environment,
        "rollout": split_data(result.split) if result.split else None,
        "gate": result.gate.sentence if result.gate else None,
        "refused": {"sentence": result.refused.sentence, **result.refused.summary} if result.refused else None,
        "published": published_data(result.published),
        "note": result.note,
    }


def changed(result: RolloutChanged) -> dict[str, Any]:
    """What is served after a pause, a resumption or an abort."""
    split = result.pointer.split
    return {
        "prompt": result.name,
        "environment": result.environment,
        "action": result.action,
        "changed": result.changed,
        "rollout": split_data(split) if split else None,
        "served": result.pointer.served.to_dict(),
        "published": published_data(result.published),
        "note": result.note,
    }


def looked_data(looked: Looked) -> dict[str, Any]:
    """A decision and what it rests on."""
    from promptctl.workflows.rollout_advance import numbers_of

    return {
        "prompt": looked.rollout.name,
        "environment": looked.rollout.environment,
        "rollout": split_data(looked.rollout.split),
        "action": "hold" if looked.lost else looked.decision.action,
        "because": looked.lost or looked.decision.because,
        "percent": float(looked.decision.percent),
        "barred": looked.barred,
        **numbers_of(looked),
        "published": published_data(looked.published),
    }

"""Rollouts as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from promptctl.core.split import Split
    from promptctl.workflows.rollout import Rollout


def data(found: Sequence[Rollout], read: str) -> dict[str, Any]:
    """The rollouts under way, and which state was read."""
    rows = [{"prompt": it.name, "environment": it.environment, "rollout": split_data(it.split)} for it in found]
    return {"rollouts": rows, "read": read}


def split_data(split: Split) -> dict[str, Any]:
    """A rollout's split, for programs."""
    from promptctl.core.rollout import CANARY, STABLE, arm_named, percent_of, plan_of

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

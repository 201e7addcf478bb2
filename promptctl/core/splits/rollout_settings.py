"""What rollouts do unless told otherwise: the table ``[environments.ENV.rollout]``, then options of a command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from promptctl.core.splits.health import parse_rule
from promptctl.core.splits.rollout import MOST_MINUTES, MOST_REQUESTS, RolloutPlan, checked_steps
from promptctl.errors import UsageError


def rollout_plan(table: Mapping[str, Any]) -> RolloutPlan:
    """The plan of a table whose structure was checked. Raises UsageError for steps and rules that are none."""
    usual = RolloutPlan()
    steps = [Decimal(str(step)) for step in table.get("steps", ())]
    rules = [parse_rule(f"{metric}={allowed}") for metric, allowed in table.get("health", {}).items()]
    return replace(
        usual,
        steps=checked_steps(steps) if "steps" in table else usual.steps,
        requests=table.get("minimum_requests", usual.requests),
        minutes=table.get("minimum_minutes", usual.minutes),
        rules=tuple(rules) or usual.rules,
        unit=table.get("unit", usual.unit),
        shadow=table.get("shadow", usual.shadow),
    )


def told_otherwise(
    plan: RolloutPlan,
    *,
    steps: Sequence[Decimal] | None,
    requests: int | None,
    minutes: float | None,
    health: Sequence[str],
    unit: str | None,
    when: str | None,
    shadow: float | None,
) -> RolloutPlan:
    """The plan with what a command says instead. Raises UsageError for rules that are none, and for numbers that no
    rollout could go by."""
    told = replace(
        plan,
        steps=plan.steps if steps is None else tuple(steps),
        requests=plan.requests if requests is None else requests,
        minutes=plan.minutes if minutes is None else minutes,
        rules=tuple(map(parse_rule, health)) or plan.rules,
        unit=unit or plan.unit,
        when=when,
        shadow=plan.shadow if shadow is None else shadow,
    )
    # What is no number is not within either.
    for what, value, most in (
        ("requests of a step", told.requests, MOST_REQUESTS),
        ("minutes of a step", told.minutes, MOST_MINUTES),
        ("percent of a shadow", told.shadow, 100),
    ):
        if not 0 <= value <= most:
            raise UsageError("PC001", f"{what}: a number from 0 to {most:,} is needed")
    return told

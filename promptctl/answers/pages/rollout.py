"""The page of one rollout: its steps, what its rules find, and what was decided why."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from promptctl.answers.pages.events import Events, Using, asked
from promptctl.answers.pages.splits import CRUMBS, SECONDS, changes, rollout_path, there
from promptctl.reports.pages.made import Made

if TYPE_CHECKING:
    from promptctl.core.moves.moves import Move
    from promptctl.core.splits.health import Finding
    from promptctl.workflows.rollout_advance import Looked
    from promptctl.workflows.rollouts_told import RolloutTold


def rollout(using: Using, environment: str, name: str, serial: int, now: datetime, events: Events) -> Made:
    """One rollout, and what would be done with it now where a store knows its calls. Raises UsageError where there is
    none."""
    from promptctl.adapters.state import read_state
    from promptctl.answers.splits import moves_data, rollout_row
    from promptctl.workflows.rollout_advance import look
    from promptctl.workflows.rollouts_told import rollout_told

    told = using(lambda it: rollout_told(it, environment, name, serial))
    looked, fault = None, None
    if told.split:
        looked, fault = asked(
            events,
            lambda warehouse: using(lambda it: look(it, read_state(it), name, environment, warehouse, now)),
        )
    row = rollout_row(told, now)
    data: dict[str, Any] = {
        "row": row,
        "there": using(lambda it: there(it, [row])),
        "plan": _plan(told),
        "steps": _steps(told),
        "now": _now(looked, row) if looked else None,
        "moves": [move | {"findings": _found(move, row)} for move in moves_data(told.moves)],
        "changes": using(lambda it: changes(it, name, row["stable"], [row["canary"]])),
        "events_fault": fault,
    }
    if told.split:
        data["refresh"] = SECONDS
    title = f"{name} {row['canary']} in {environment}"
    return Made(path=rollout_path(row), template="rollout", title=title, data=data, crumbs=CRUMBS)


def _plan(told: RolloutTold) -> dict[str, Any] | None:
    """How it goes on; None where it is over, for then only its moves are kept."""
    from promptctl.answers.rollout import split_data
    from promptctl.core.splits.rollout import plan_of
    from promptctl.reports.health_spelling import allowed_text

    if told.split is None:
        return None
    rules = [(rule.metric, allowed_text(rule.metric, rule.allowed)) for rule in plan_of(told.split).rules]
    return {**split_data(told.split), "rules": rules}


def _steps(told: RolloutTold) -> dict[str, Any]:
    """The canary's share from move to move."""
    from promptctl.reports.rollout_charts import ShareMove, shares_chart

    moves = [
        ShareMove(at=move.at, action=str((move.split or {})["action"]), percent=_percent(move), by=move.by)
        for move in told.moves
    ]
    return {"moves": moves, "chart": shares_chart(moves)}


def _percent(move: Move) -> float:
    """The canary's share after a move: nothing where a rollback ended it."""
    return float((move.split or {}).get("percents", {}).get("canary", 0.0))


def _now(looked: Looked, row: dict[str, Any]) -> dict[str, Any]:
    """What would be done now, and what it rests on."""
    from promptctl.answers.rollout import looked_data

    return {**looked_data(looked), **_findings(looked.decision.findings, row)}


def _found(move: dict[str, Any], row: dict[str, Any]) -> dict[str, Any] | None:
    """What a decision rested on, where the move keeps it."""
    from promptctl.core.splits.health import finding_of

    numbers = (move["split"] or {}).get("numbers")
    if not numbers:
        return None
    return {**numbers, **_findings(tuple(map(finding_of, numbers["findings"])), row)}


def _findings(findings: tuple[Finding, ...], row: dict[str, Any]) -> dict[str, Any]:
    from promptctl.reports.health_spelling import finding_cells, finding_headers
    from promptctl.reports.rollout_charts import health_chart

    headers = finding_headers(f"{row['canary']} (canary)", f"{row['stable']} (stable)")
    return {
        "headers": headers,
        "rows": [finding_cells(finding) for finding in findings],
        "chart": health_chart(findings),
    }

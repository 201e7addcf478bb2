"""The page of one experiment: what it shows so far, what it rests on, and what was decided why."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from promptctl.adapters.repository import Repository
from promptctl.answers.pages.events import Events, Using, asked
from promptctl.answers.pages.splits import CRUMBS, SECONDS, changes, there
from promptctl.reports.pages.made import Made

if TYPE_CHECKING:
    from promptctl.core.experiments.experiment import Experiment
    from promptctl.core.experiments.report import ExperimentReport
    from promptctl.workflows.experiments_told import ExperimentTold


def experiment(using: Using, name: str, now: datetime, events: Events) -> Made:
    """One experiment, with what its units say where a store knows them. Raises UsageError where there is none."""
    from promptctl.answers.splits import experiment_row
    from promptctl.workflows.experiment_report import experiment_report
    from promptctl.workflows.experiments_told import experiment_told

    told = using(lambda it: experiment_told(it, name))
    found = told.listed.experiment
    report, fault = None, None
    if found and found.state != "draft":
        reported, fault = asked(events, lambda warehouse: using(lambda it: experiment_report(it, warehouse, name, now)))
        report = reported.report if reported else None
    row = experiment_row(told, now)
    data: dict[str, Any] = {
        "row": row,
        "there": using(lambda it: there(it, [row])),
        "decisions": _decisions(told),
        "plan": using(lambda it: _plan(it, found)) if found else None,
        "shown": _shown(report) if report else None,
        "events_fault": fault,
    }
    if found and found.split:
        data["refresh"] = SECONDS
    return Made(path=f"experiments/{name}/", template="experiment", title=name, data=data, crumbs=CRUMBS)


def _decisions(told: ExperimentTold) -> list[dict[str, Any]]:
    """Moves and looks, newest first; of one second first what ended it, last what began it."""
    from promptctl.answers.splits import moves_data

    found = told.listed.experiment
    looks = [look.to_dict() for look in reversed(found.looks if found else ())]
    began = [*moves_data(told.moves[:1])]
    return sorted([*moves_data(told.moves[1:]), *looks, *began], key=lambda it: str(it["at"]), reverse=True)


def _plan(repository: Repository, found: Experiment) -> dict[str, Any]:
    """What people wrote down before, and what changed from control to each arm."""
    plan = found.plan
    versions = [str(arm.version) for arm in plan.treatments]
    return {
        "hypothesis": plan.hypothesis,
        "unit": plan.unit,
        "when": plan.when,
        "primary": plan.primary.to_dict(),
        "guardrails": [metric.to_dict() for metric in plan.guardrails],
        "secondary": [metric.to_dict() for metric in plan.secondary],
        "design": plan.design.to_dict(),
        "edited": found.edited,
        "changes": changes(repository, plan.prompt, str(plan.control.version), versions),
    }


def _shown(report: ExperimentReport) -> dict[str, Any]:
    """The report: its sentences, charts and the tables behind them."""
    from promptctl.reports import experiment_charts as charts
    from promptctl.reports import experiment_spelling as spelled
    from promptctl.reports import experiment_tables as tables
    from promptctl.reports.experiment_data import experiment_data

    return {
        **experiment_data(report),
        "headline": spelled.headline(report),
        "ratio": spelled.ratio(report),
        "intervals": spelled.intervals(report),
        "exclusions": {words: report.left.get(reason) for reason, words in spelled.LEFT_SENTENCES.items()},
        "charts": {
            "effects": charts.effects_chart(report),
            "segments": charts.segments_chart(report),
            "looks": charts.looks_chart(report),
        },
        "tables": {
            "arms": tables.arm_table(report),
            "effects": tables.effect_table(report),
            "segments": tables.segment_table(report, charts.MOST_SEGMENTS),
            "looks": tables.look_table(report),
        },
    }

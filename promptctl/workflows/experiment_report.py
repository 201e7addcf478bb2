"""Says what an experiment has shown so far, or did show: the same numbers that decide, and what stands beside them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from promptctl.adapters.repository import Repository
from promptctl.adapters.warehouse.warehouse import Warehouse
from promptctl.core.experiments.decision import decide
from promptctl.core.experiments.report import ExperimentReport
from promptctl.core.experiments.telling import told
from promptctl.workflows.experiment_reading import experiment_reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """A report; ``ok`` is false where somebody should look: harm, or units that are not in their shares."""

    report: ExperimentReport
    ok: bool


def experiment_report(repository: Repository, warehouse: Warehouse, name: str, now: datetime) -> Reported:
    """The report of an experiment that was started. Nothing is decided or recorded by it.

    Raises UsageError for unknown names and where the extra is not installed, StateError for drafts, OutsideError where
    the store cannot be read.
    """
    reading = experiment_reading(repository, warehouse, name, now)
    decision = decide(reading.experiment, reading.counted, reading.at)
    report = told(reading.experiment, reading.counted, decision, reading.at)
    return Reported(report=report, ok=decision.ok or not report.running)

"""Kept evidence as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from promptctl.workflows.evidence_runs import ModelRun


def row(found: ModelRun) -> dict[str, Any]:
    """One run of one model: what it speaks of, how many cases passed, and the 95 % interval of that share."""
    evidence, run = found.kept.evidence, found.run
    return {
        "label": run.label,
        "model": found.model,
        "time": run.time,
        "subject": evidence.subject,
        "suite": evidence.suite,
        "file": found.kept.path,
        "cases": run.cases,
        "passed": run.passed,
        "share": run.passed / run.cases if run.cases else None,
        "interval": run.interval.to_list(),
        "cost": run.cost,
        "latency_p95": run.latency_p95,
    }

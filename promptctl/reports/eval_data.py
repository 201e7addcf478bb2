"""A report of an eval as JSON data: everything that is in it."""

from __future__ import annotations

from typing import Any

from promptctl.core.evals.report import Answered, EvalReport, Row


def eval_data(report: EvalReport) -> dict[str, Any]:
    """The report as plain data. Intervals are pairs; unknown costs, times and answers are null."""
    return {
        "prompt": report.prompt,
        "reference": report.reference,
        "subject": report.subject,
        "suite": report.suite,
        "time": report.time,
        "outcome": report.outcome,
        "ok": report.ok,
        "sentence": report.sentence,
        "baseline": report.baseline,
        "counts": dict(report.counts),
        "cost": report.cost,
        "judge_cost": report.judge_cost,
        "flaky": list(report.flaky),
        "differences": [it.to_dict() for it in report.differences],
        "cases": [_row(row) for row in report.rows],
        "runs": [
            {
                "label": run.label,
                "time": run.time,
                "cases": run.cases,
                "passed": run.passed,
                "interval": run.interval and run.interval.to_list(),
                "cost": run.cost,
                "latency_p95": run.latency_p95,
            }
            for run in report.runs
        ],
        "notes": list(report.notes),
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "case": row.case,
        "model": row.model,
        "gates": row.gates,
        "outcome": row.outcome,
        "before": row.before_outcome,
        "change": row.change,
        "tags": dict(row.tags),
        "inputs": dict(row.inputs),
        "answers": [_answer(it) for it in row.now],
        "baseline_answers": [_answer(it) for it in row.before],
        "past": [
            {"label": it.label, "outcome": it.outcome, "passes": it.passes, "samples": it.samples} for it in row.past
        ],
    }


def _answer(answer: Answered) -> dict[str, Any]:
    return {
        "sample": answer.sample,
        "outcome": answer.outcome,
        "text": answer.text,
        "why": list(answer.why),
        "scores": dict(answer.scores),
        "cost": answer.cost,
        "latency_ms": answer.latency_ms,
        "votes": list(answer.votes),
        "judge_cost": answer.judge_cost,
    }

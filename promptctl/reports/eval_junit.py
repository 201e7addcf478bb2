"""Reports of evals as JUnit XML: a suite for each prompt, a case for each case and model.

What failed and what could not be judged stay apart: ``failure`` and ``error``. The gate's verdict is a case of its
own, because a suite may pass its gate with failing cases, and fail it without any.
"""

from __future__ import annotations

from collections.abc import Sequence

from promptctl.core.evals.report import EvalReport, Row
from promptctl.reports.junit import JunitCase, JunitSuite, junit


def eval_junit(reports: Sequence[EvalReport]) -> bytes:
    """The document, UTF-8."""
    return junit([eval_suite(report) for report in reports])


def eval_suite(report: EvalReport) -> JunitSuite:
    """One report as a suite. A report without a time gives one without a date of its own."""
    gate = JunitCase(
        classname=report.prompt,
        name="gate",
        kind=None if report.ok else "failure",
        message=report.sentence,
        type=report.outcome,
        text=report.sentence,
    )
    times = {"timestamp": report.time.removesuffix("Z")} if report.time else {}
    return JunitSuite(
        name=report.reference,
        package=report.prompt,
        cases=[gate, *(_case(report.prompt, row) for row in report.rows)],
        properties=_properties(report),
        output="\n".join([report.sentence, *report.notes]),
        **times,
    )


def _properties(report: EvalReport) -> dict[str, str]:
    cost = {} if report.cost is None else {"cost_usd": f"{report.cost:.6f}"}
    baseline = {"baseline": report.baseline} if report.baseline else {}
    named = {"outcome": report.outcome, "subject": report.subject, "suite": report.suite}
    before = {f"{it.metric}.before": f"{it.before:.6g}" for it in report.differences}
    now = {f"{it.metric}.now": f"{it.now:.6g}" for it in report.differences}
    return {**named, **baseline, **cost, **before, **now}


def _case(prompt: str, row: Row) -> JunitCase:
    passed = row.outcome == "pass"
    return JunitCase(
        classname=f"{prompt}.{row.model}",
        name=row.case,
        kind=None if passed else "error" if row.outcome == "error" else "failure",
        message="; ".join(row.why) or f"{row.passes} of {len(row.now)} answers passed",
        type=row.change or row.outcome,
        text="" if passed else _told(row),
        seconds=sum(answer.latency_ms or 0.0 for answer in row.now) / 1000,
    )


def _told(row: Row) -> str:
    """Every answer with its outcome and reasons, each as long as a report can have it."""
    blocks = []
    for answer in row.now:
        lines = [f"answer {answer.sample + 1}: {answer.outcome}", *answer.why, *([answer.text] if answer.text else [])]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)

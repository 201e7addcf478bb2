"""What ``eval show`` and ``eval compare`` share: the cases that a glob fits, and the form of an answer."""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase

from promptctl.core.evals.report import EvalReport
from promptctl.core.suggestion import suggest
from promptctl.errors import UsageError
from promptctl.reports import eval_text

NO_SUCH_CASE = "PC069"


def chosen_rows(report: EvalReport, case: str | None) -> EvalReport:
    """The report with only the cases that a glob fits. Raises UsageError when there is none."""
    if case is None:
        return report
    rows = tuple(row for row in report.rows if fnmatchcase(row.case, case) or row.case == case)
    if not rows:
        names = [row.case for row in report.rows]
        hint = suggest(case, names) or f"cases: {', '.join(names[:5])}" + (", …" if len(names) > 5 else "")
        raise UsageError(NO_SUCH_CASE, f"no case of {report.reference} matches `{case}`", hint=hint)
    return replace(report, rows=rows)


def with_answers(report: EvalReport) -> str:
    """The summary, and the inputs and answers of every case."""
    answers = [line for row in report.rows for line in ("", *eval_text.answers(row))]
    return "\n".join([*eval_text.summary(report), *answers])

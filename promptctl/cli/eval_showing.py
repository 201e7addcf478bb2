"""``eval show`` and ``eval compare``: kept evidence, for people and for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

from promptctl.cli.context import Context
from promptctl.cli.eval_reports import write_reports
from promptctl.cli.output import Answer
from promptctl.cli.tables import plain_table
from promptctl.core.eval_report import EvalReport
from promptctl.core.suggestion import suggest
from promptctl.errors import UsageError
from promptctl.reports import eval_text
from promptctl.reports.eval_data import eval_data
from promptctl.workflows.eval_compare import compare_evidence
from promptctl.workflows.eval_show import show_evidence
from promptctl.workflows.gate import GateContext

NO_SUCH_CASE = "PC069"


def require_none(command: str, options: Mapping[str, object]) -> None:
    """Raises UsageError for an option that a command would not heed."""
    for option, value in options.items():
        if value:
            shown = command if command == "eval" else f"eval {command}"
            raise UsageError("PC001", f"{option} does nothing for `{shown}`", hint="promptctl eval --help")


def shown(
    context: Context, names: Sequence[str], case: str | None, files: Mapping[Path, str], gate: GateContext
) -> Answer:
    """The latest evidence of each prompt; all that have a suite without a name."""
    from promptctl.workflows.eval import suites_of

    chosen = names or suites_of(context.repository)
    reports = [show_evidence(context.repository, name, context.directory, gate) for name in dict.fromkeys(chosen)]
    write_reports(files, reports)
    found = [_chosen(report, case) for report in reports]
    return Answer(
        data={"prompts": [eval_data(report) for report in found]},
        view=lambda: "\n\n".join(_show_text(report, whole=case is not None) for report in found),
    )


def compared(
    context: Context, names: Sequence[str], case: str | None, files: Mapping[Path, str], gate: GateContext
) -> Answer:
    """Two references or files of evidence: what the second changed."""
    if len(names) != 2:
        message = "eval compare takes two references or files of evidence"
        raise UsageError("PC001", message, hint="promptctl eval compare NAME@prod NAME")
    report = compare_evidence(context.repository, names[0], names[1], context.directory, gate)
    write_reports(files, [report])
    found = _chosen(report, case)
    return Answer(data=eval_data(found), view=lambda: _compare_text(found, whole=case is not None))


def _chosen(report: EvalReport, case: str | None) -> EvalReport:
    """The report with only the cases that a glob fits. Raises UsageError when there is none."""
    if case is None:
        return report
    rows = tuple(row for row in report.rows if fnmatchcase(row.case, case) or row.case == case)
    if not rows:
        names = [row.case for row in report.rows]
        hint = suggest(case, names) or f"cases: {', '.join(names[:5])}" + (", …" if len(names) > 5 else "")
        raise UsageError(NO_SUCH_CASE, f"no case of {report.reference} matches `{case}`", hint=hint)
    return replace(report, rows=rows)


def _show_text(report: EvalReport, *, whole: bool) -> str:
    lines = eval_text.summary(report)
    if whole:
        return "\n".join([*lines, *_answers(report)])
    return "\n".join([*lines, plain_table(*eval_text.case_table(report)), *eval_text.left_out(report)])


def _compare_text(report: EvalReport, *, whole: bool) -> str:
    lines = eval_text.summary(report)
    if whole:
        return "\n".join([*lines, *_answers(report)])
    blocks = [plain_table(*eval_text.difference_table(report.differences))] if report.differences else []
    return "\n".join([*lines, *blocks, *eval_text.flips(report)])


def _answers(report: EvalReport) -> list[str]:
    return [line for row in report.rows for line in ("", *eval_text.answers(row))]

"""``promptctl eval compare``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from promptctl.cli.context import Context
from promptctl.cli.eval_reports import REPORTS
from promptctl.cli.eval_showing import chosen_rows, with_answers
from promptctl.cli.evaluating import gate_context
from promptctl.cli.options import CaseOption, ReportOption
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Argument
from promptctl.cli.report_files import report_files, write_reports
from promptctl.cli.tables import table

if TYPE_CHECKING:
    from promptctl.core.evals.report import EvalReport


def command(
    context: Context,
    before: Annotated[str, Argument(metavar="NAME[@REF]", help="What it was: a reference, or a file of evidence.")],
    after: Annotated[str, Argument(metavar="NAME[@REF]", help="What it is now: the same.")],
    case: CaseOption = None,
    report: ReportOption = None,
) -> Answer:
    """Compare two pieces of kept evidence over the cases of both, those that changed first; nothing is asked."""
    from promptctl.reports.eval_data import eval_data
    from promptctl.workflows.eval_compare import compare_evidence

    files = report_files(report or (), context.directory, REPORTS)
    with gate_context(context) as gate:
        compared = compare_evidence(context.repository, before, after, context.directory, gate)
    write_reports(files, REPORTS, [compared])
    found = chosen_rows(compared, case)
    return Answer(data=lambda: eval_data(found), view=lambda: _text(found, whole=case is not None))


def _text(report: EvalReport, *, whole: bool) -> str:
    from promptctl.reports import eval_text

    if whole:
        return with_answers(report)
    blocks = [table(*eval_text.difference_table(report.differences))] if report.differences else []
    return "\n".join([*eval_text.summary(report), *blocks, *eval_text.flips(report)])

"""``promptctl eval show``."""

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

_NAMES = Argument(metavar="[NAME[@REF]]…", help="Prompts, or files of evidence; all suites without one.")


def command(
    context: Context,
    names: Annotated[list[str] | None, _NAMES] = None,
    case: CaseOption = None,
    report: ReportOption = None,
) -> Answer:
    """Show the latest kept evidence of prompts, scored again offline; with --case inputs and answers."""
    from promptctl.reports.eval_data import eval_data
    from promptctl.workflows.eval_plan import suites_of
    from promptctl.workflows.eval_show import show_evidence

    files = report_files(report or (), context.directory, REPORTS)
    with gate_context(context) as gate:
        chosen = dict.fromkeys(names or suites_of(context.repository))
        reports = [show_evidence(context.repository, name, context.directory, gate) for name in chosen]
    write_reports(files, REPORTS, reports)
    found = [chosen_rows(shown, case) for shown in reports]
    return Answer(
        data=lambda: {"prompts": [eval_data(shown) for shown in found]},
        view=lambda: "\n\n".join(_text(shown, whole=case is not None) for shown in found),
    )


def _text(report: EvalReport, *, whole: bool) -> str:
    from promptctl.reports import eval_text

    if whole:
        return with_answers(report)
    cases = table(*eval_text.case_table(report))
    return "\n".join([*eval_text.summary(report), cases, *eval_text.left_out(report)])

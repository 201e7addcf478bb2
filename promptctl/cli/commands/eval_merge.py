"""``promptctl eval merge``."""

from __future__ import annotations

from typing import Annotated

from promptctl.cli.context import Context
from promptctl.cli.eval_reports import REPORTS
from promptctl.cli.eval_view import run_answer
from promptctl.cli.evaluating import gate_context
from promptctl.cli.options import ReportOption
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Argument
from promptctl.cli.report_files import report_files, write_reports


def command(
    context: Context,
    files: Annotated[list[str], Argument(metavar="FILE…", help="All shards of one run.")],
    report: ReportOption = None,
) -> Answer:
    """Put the shards of a run together, and judge and keep it as if one machine had run it. Nobody is asked."""
    from promptctl.workflows.eval_merge import merge
    from promptctl.workflows.eval_report import report_of

    reports = report_files(report or (), context.directory, REPORTS)
    with gate_context(context) as gate:
        run = merge(context.repository, [context.directory / file for file in files], gate)
        found = [report_of(context.repository, result, gate) for result in run.results] if reports else []
    write_reports(reports, REPORTS, found)
    return run_answer(run)

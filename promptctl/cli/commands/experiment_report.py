"""``promptctl experiment report``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from promptctl.cli import reporting as options
from promptctl.cli.context import Context
from promptctl.cli.experiment_options import ExperimentArgument
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Option
from promptctl.cli.sent import joined_notes

if TYPE_CHECKING:
    from promptctl.core.experiments.report import ExperimentReport


def command(
    context: Context,
    name: ExperimentArgument,
    markdown: Annotated[bool, Option("--markdown", help="As Markdown, for a pull request.")] = False,
    html: options.HtmlOption = None,
    store: options.StoreOption = None,
) -> Answer:
    """Show what an experiment says: the verdict, effects with intervals, its looks, and what does not count.

    Looking changes nothing: while it runs, intervals and p-values are those that hold whenever one looks. Exits 1 where
    an arm does harm, and where the arms do not have their shares of the units."""
    from promptctl.workflows.experiment_report import experiment_report

    context.output.progress(f"counting the units of {name} …")
    with options.opened(context, store).warehouse as warehouse:
        found = experiment_report(context.repository, warehouse, name, context.now)
    written = options.write_page(context, html, _page(found.report)) if html else None
    return Answer(
        data=lambda: _data(found.report),
        view=lambda: _markdown(found.report) if markdown else _text(found.report),
        ok=found.ok,
        exact=markdown,
        note=joined_notes(warehouse.note, written),
        next=f"promptctl experiment advance {name}" if found.report.state == "running" else None,
    )


def _data(report: ExperimentReport) -> dict[str, Any]:
    from promptctl.reports.experiment_data import experiment_data

    return experiment_data(report)


def _text(report: ExperimentReport) -> str:
    from promptctl.reports.experiment_text import experiment_text

    return experiment_text(report)


def _markdown(report: ExperimentReport) -> str:
    from promptctl.reports.experiment_markdown import experiment_markdown

    return experiment_markdown(report)


def _page(report: ExperimentReport) -> Any:
    from promptctl.reports.experiment_charts import experiment_page

    return experiment_page(report)

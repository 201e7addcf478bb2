"""``promptctl quality``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from promptctl.cli import reporting as options
from promptctl.cli.context import Context
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Option
from promptctl.core.reporting.window import FILTERS, parse_grouping, window_of

if TYPE_CHECKING:
    from promptctl.core.reporting.quality import QualityReport


def command(
    context: Context,
    by: Annotated[
        list[str] | None,
        Option("--by", metavar="KEY,…", help="prompt, version, arm, model, attribute NAME, day, hour and others."),
    ] = None,
    name: Annotated[str | None, Option("--name", metavar="SCORE", help="This score alone.", show_default=False)] = None,
    since: options.SinceOption = "30d",
    until: options.UntilOption = None,
    prompt: options.PromptOption = None,
    env: options.EnvOption = None,
    model: options.ModelOption = None,
    version: options.VersionOption = None,
    endpoint: options.EndpointOption = None,
    user: options.UserOption = None,
    attribute: options.AttributeOption = None,
    top: options.TopOption = 50,
    html: options.HtmlOption = None,
    store: options.StoreOption = None,
) -> Answer:
    """Show how good calls were: errors, latencies and scores with intervals, each version against the one before.

    Without --by, by prompt and version."""
    from promptctl.workflows.quality import quality

    filters = dict(zip(FILTERS, (prompt, env, model, version, endpoint, user), strict=True))
    window = window_of(context.now, since, until, filters, attribute or ())
    grouping = parse_grouping(by or ["prompt,version"])
    with options.opened(context, store).warehouse as warehouse:
        report = quality(warehouse, window, grouping, name=name, top=top)
    note = warehouse.note
    if html:
        from promptctl.cli.quality_view import page

        note = "; ".join(filter(None, (note, options.write_page(context, html, page(report)))))
    return Answer(data=lambda: data(report), view=lambda: view(report), note=note)


def data(report: QualityReport) -> dict[str, Any]:
    from promptctl.reports.quality_data import quality_data

    return quality_data(report)


def view(report: QualityReport) -> Any:
    from promptctl.cli.quality_view import drawn

    return drawn(report)

"""``promptctl costs``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Any

from promptctl.cli import reporting as options
from promptctl.cli.context import Context
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Option
from promptctl.core.reporting.window import FILTERS, parse_grouping, window_of
from promptctl.errors import UsageError

if TYPE_CHECKING:
    from promptctl.core.reporting.cost import CostReport


def command(
    context: Context,
    by: Annotated[
        list[str] | None,
        Option(
            "--by",
            metavar="KEY,…",
            help="model, prompt, version, arm, user, endpoint, environment, provider, day, hour.",
        ),
    ] = None,
    since: options.SinceOption = "30d",
    until: options.UntilOption = None,
    prompt: options.PromptOption = None,
    env: options.EnvOption = None,
    model: options.ModelOption = None,
    version: options.VersionOption = None,
    endpoint: options.EndpointOption = None,
    user: options.UserOption = None,
    attribute: options.AttributeOption = None,
    top: options.TopOption = 20,
    check: Annotated[
        bool, Option("--check", help="Judge the budgets of promptctl.toml; exit 1 when one is not kept.")
    ] = False,
    html: options.HtmlOption = None,
    store: options.StoreOption = None,
) -> Answer:
    """Show what calls cost, by what they were for; calls of unknown price are counted apart."""
    from promptctl.workflows.costs import Wanted, costs

    if check:
        return checked(context, store)
    filters = dict(zip(FILTERS, (prompt, env, model, version, endpoint, user), strict=True))
    window = window_of(context.now, since, until, filters, attribute or ())
    wanted = Wanted(window=window, grouping=parse_grouping(by or ()), top=top)
    reporting = options.opened(context, store)
    with reporting.warehouse as warehouse:
        report = costs(warehouse, wanted, reporting.providers, context.now)
    note = warehouse.note
    if html:
        from promptctl.cli.cost_view import page

        note = "; ".join(filter(None, (note, options.write_page(context, html, page(report)))))
    return Answer(data=lambda: data(report), view=lambda: view(report), note=note)


def checked(context: Context, store: str | None) -> Answer:
    """Whether calls keep to the budgets, each over its own period."""
    from promptctl.cli.budget_view import lines
    from promptctl.core.reporting.budget import parse_budgets
    from promptctl.workflows.budgets import budget_data, check_budgets

    settings = context.repository.work.settings
    budgets = parse_budgets(settings.budgets)
    if not budgets:
        raise UsageError(
            "PC233", "promptctl.toml has no budgets", hint='a table [budgets.all] with usd = 50, per = "month"'
        )
    with options.opened(context, store).warehouse as warehouse:
        found = check_budgets(warehouse, budgets, os.environ, context.now)
    told = {"told": list(found.told), "untold": list(found.untold)}
    return Answer(
        data={"budgets": [budget_data(result) for result in found.results], **told},
        view=lambda: lines(found),
        ok=found.ok,
        note=warehouse.note,
    )


def data(report: CostReport) -> dict[str, Any]:
    from promptctl.reports.cost_data import cost_data

    return cost_data(report)


def view(report: CostReport) -> Any:
    from promptctl.cli.cost_view import drawn

    return drawn(report)

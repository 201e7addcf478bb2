"""``promptctl costs whatif``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from promptctl.cli import reporting as options
from promptctl.cli.context import Context
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Option
from promptctl.core.reporting.window import Window, window_of
from promptctl.errors import UsageError

if TYPE_CHECKING:
    from promptctl.core.reporting.whatif import WhatIf


def command(
    context: Context,
    model: Annotated[
        str | None, Option("--model", metavar="MODEL", help="At the prices of this model.", show_default=False)
    ] = None,
    cache: Annotated[
        str | None,
        Option("--cache", metavar="AGE", help="Had equal calls been asked once in so long: 24h.", show_default=False),
    ] = None,
    since: options.SinceOption = "30d",
    until: options.UntilOption = None,
    prompt: Annotated[
        str | None,
        Option(
            "--prompt",
            metavar="NAME[@REF]",
            help="Calls of this prompt; with @REF: had that text been served.",
            show_default=False,
        ),
    ] = None,
    env: options.EnvOption = None,
    store: options.StoreOption = None,
) -> Answer:
    """Show what the same calls would have cost with another model, another text, or with answers kept.

    Models are priced where evidence covers them, texts where what they send can be known.
    """
    from promptctl.adapters.warehouse.whatif import repeated_calls
    from promptctl.answers.costs_whatif import data
    from promptctl.core.caching.limits import parse_age
    from promptctl.core.reporting.whatif import cached_whatif
    from promptctl.workflows.costs_whatif import evidence_of, other_model

    name, version, _ = (prompt or "").partition("@")
    if sum(map(bool, (model, cache, version))) != 1:
        hint = "--model MODEL, --cache 24h or --prompt NAME@REF"
        raise UsageError("PC001", "whatif asks one thing", hint=hint)
    window = window_of(context.now, since, until, {"prompt": name or None, "environment": env})
    if version:
        return _other_version(context, store, window, prompt or "")
    ttl = int(parse_age(cache) * 1_000_000) if cache else 0
    reporting = options.opened(context, store)
    with reporting.warehouse as warehouse:
        if model is not None:
            evidence = evidence_of(context.repository)
            found = other_model(warehouse, window, model, reporting.providers, context.now, evidence)
        else:
            found = cached_whatif(repeated_calls(warehouse, window, max(1, ttl)))
    return Answer(data=lambda: data(found), view=lambda: _view(found, model), note=warehouse.note)


def _other_version(context: Context, store: str | None, window: Window, reference: str) -> Answer:
    from promptctl.answers.costs_whatif import version_data
    from promptctl.cli import version_view
    from promptctl.workflows.other_version import other_version

    reporting = options.opened(context, store)
    with reporting.warehouse as warehouse:
        found = other_version(context.repository, warehouse, window, reference, reporting.providers, context.now)
    return Answer(data=lambda: version_data(found), view=lambda: version_view.drawn(found), note=warehouse.note)


def _view(found: WhatIf, model: str | None) -> str:
    from promptctl.cli.tables import table
    from promptctl.reports.whatif_tables import cells, headers, nothing, said

    if not found.lines:
        return nothing(model)
    return "\n".join([table(headers(model), [cells(line, model) for line in found.lines]), said(found)])

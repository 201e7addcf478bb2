"""``promptctl events import``."""

from __future__ import annotations

from typing import Annotated

from promptctl.answers.events import data
from promptctl.cli.context import Context
from promptctl.cli.event_options import StoreOption, TableOption, place_of, table_named
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Argument, Option
from promptctl.core.counting import count
from promptctl.errors import UsageError

BAD_FIELD = "PC220"


def command(
    context: Context,
    files: Annotated[list[str], Argument(metavar="FILE…", help="Files that end in .jsonl, .csv or .parquet.")],
    map_: Annotated[
        list[str] | None,
        Option("--map", metavar="THEIRS=OURS", help="What a column is called here; others are left out."),
    ] = None,
    set_: Annotated[
        list[str] | None, Option("--set", metavar="OURS=VALUE", help="What a column holds in every row.")
    ] = None,
    table: TableOption = "events",
    store: StoreOption = None,
) -> Answer:
    """Bring events or scores from files into a store, each once: a row that is there already stays as it is.

    Nothing is kept of files with a fault. Columns may be in other units: cost_usd, saved_usd, at_seconds, at_ms,
    latency_seconds, first_token_seconds; `at` may be a time with its zone. Secrets are masked, units and users hashed,
    inputs and outputs left out, as the settings say.
    """
    from promptctl.core.events.reading import Reading
    from promptctl.workflows.events_import import import_events

    reading = Reading(table=table_named(table), names=_pairs("--map", map_), constants=_pairs("--set", set_))
    result = import_events(place_of(context, store), [context.directory / file for file in files], reading)
    return Answer(
        data=data(result),
        view=lambda: f"{count(result.rows, 'row')}, {result.added} new, in {result.store}",
    )


def _pairs(option: str, written: list[str] | None) -> dict[str, str]:
    found = {}
    for pair in written or ():
        left, sign, right = pair.partition("=")
        if not (left and sign and right):
            raise UsageError(BAD_FIELD, f"{option} {pair[:40]} is no pair", hint=f"{option} NAME=NAME")
        found[left] = right
    return found

"""``promptctl events export``."""

from __future__ import annotations

import sys
from typing import Annotated

from promptctl.cli.context import Context
from promptctl.cli.event_options import StoreOption, TableOption, place_of, table_named
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Option
from promptctl.core.counting import count
from promptctl.errors import UsageError

NEEDS_FILE = "PC229"

_since = Option("--since", metavar="TIME", help="From a date, a time, or an age such as 7d on.", show_default=False)
_until = Option("--until", metavar="TIME", help="Before that.", show_default=False)
_prompt = Option("--prompt", metavar="NAME", help="Of one prompt.", show_default=False)
_format = Option("--format", metavar="FORMAT", help="jsonl, csv or parquet; else the file tells.", show_default=False)
_output = Option("-o", "--output", metavar="FILE", help="Where to; else standard output.", show_default=False)


def command(
    context: Context,
    since: Annotated[str | None, _since] = None,
    until: Annotated[str | None, _until] = None,
    prompt: Annotated[str | None, _prompt] = None,
    form: Annotated[str | None, _format] = None,
    output: Annotated[str | None, _output] = None,
    table: TableOption = "events",
    store: StoreOption = None,
) -> Answer:
    """Write what a store holds as lines of JSON, CSV or Parquet, in the order of time.

    In CSV, text that a spreadsheet would take for a formula begins with an apostrophe; `events import` takes it off.
    """
    from promptctl.core.events.query import EventQuery, moment
    from promptctl.workflows.events_export import export_events, exported_lines

    chosen = table_named(table)
    if prompt and table != "events":
        raise UsageError(NEEDS_FILE, "--prompt chooses events", hint="leave --prompt or --table out")
    start, end = (moment(written, context.now) if written else None for written in (since, until))
    query = EventQuery(table=chosen, since=start, until=end, prompt=prompt)
    place = place_of(context, store)
    if output is None:
        if context.output.as_json:
            raise UsageError(NEEDS_FILE, "--json tells of a file", hint="-o FILE, or --format jsonl without --json")
        lines = exported_lines(place, query, form)
        return Answer(data=None, view=lambda: sys.stdout.writelines(lines))
    result = export_events(place, query, context.directory / output, form)
    return Answer(
        data={"file": result.file, "rows": result.rows}, view=lambda: f"{count(result.rows, 'row')} in {output}"
    )

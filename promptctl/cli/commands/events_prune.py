"""``promptctl events prune``."""

from __future__ import annotations

from typing import Annotated

from promptctl.cli.commands.cache_stats import shown_size
from promptctl.cli.context import Context
from promptctl.cli.event_options import StoreOption, place_of
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Option

_keep = Option("--keep", metavar="AGE", help="What stays: 30d, 12h; else as the settings say.", show_default=False)


def command(context: Context, keep: Annotated[str | None, _keep] = None, store: StoreOption = None) -> Answer:
    """Delete old events with their scores, in steps that hold nobody up, and give their space back."""
    from promptctl.core.caching.limits import parse_age
    from promptctl.workflows.events_prune import prune_events

    place = place_of(context, store)
    result = prune_events(place, parse_age(keep) if keep else place.settings.keep, context.now)
    what = "files" if place.address.kind == "jsonl" else "rows"
    return Answer(
        data={"store": str(place.address), what: result.rows, "freed": result.bytes},
        view=lambda: f"deleted {result.rows} {what}, {shown_size(result.bytes)}",
    )

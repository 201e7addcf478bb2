"""``promptctl cache prune``."""

from __future__ import annotations

import os
from typing import Annotated

from promptctl.cli.commands.cache_stats import shown_size
from promptctl.cli.context import Context
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Option
from promptctl.core.caching.limits import CacheLimits, cache_limits, parse_age, parse_size
from promptctl.core.counting import count
from promptctl.errors import UsageError

CONTRADICTION = "PC184"

_older = Option(
    "--older-than", metavar="AGE", help="Delete what was made longer ago: 12h, 30d, 4w.", show_default=False
)
_size = Option("--max-size", metavar="SIZE", help="Delete the longest unused down to 500MB, 2GB.", show_default=False)

_all = Option("--all", help="Delete everything, journals of runs that were cut short too.", show_default=False)


def command(
    context: Context,
    older_than: Annotated[str | None, _older] = None,
    max_size: Annotated[str | None, _size] = None,
    everything: Annotated[bool, _all] = False,
) -> Answer:
    """Delete replies from this machine's cache, by default down to the limits of the settings. What is recorded in
    repositories stays."""
    from promptctl.adapters.cache_folder import cache_folder
    from promptctl.adapters.replies import open_cache
    from promptctl.adapters.run_journal import drop_journals

    limits = _limits(older_than, max_size, everything)
    with open_cache(os.environ) as cache:
        entries, freed = cache.prune(limits)
        size = cache.size()
    journals, written = drop_journals(cache_folder(os.environ)) if everything else (0, 0)
    runs = f" and {count(journals, 'journal')} of runs" if journals else ""
    return Answer(
        data={"deleted": entries, "journals": journals, "freed": freed + written, "bytes": size},
        view=lambda: f"deleted {count(entries, 'entry')}{runs}, {shown_size(freed + written)}; {shown_size(size)} left",
    )


def _limits(older_than: str | None, max_size: str | None, everything: bool) -> CacheLimits:
    if everything and (older_than or max_size):
        raise UsageError(CONTRADICTION, "--all deletes everything, whatever its age and size", hint="leave one out")
    if everything:
        return CacheLimits(max_bytes=0)
    if older_than is None and max_size is None:
        return cache_limits(os.environ)
    return CacheLimits(
        max_bytes=None if max_size is None else parse_size(max_size),
        max_age=None if older_than is None else parse_age(older_than),
    )

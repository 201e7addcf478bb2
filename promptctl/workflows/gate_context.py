"""What runs of suites may use of the outside: light, so that whoever only passes it on loads nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from promptctl.adapters.reply_cache import ReplyCache
    from promptctl.adapters.run_journal import RunJournal
    from promptctl.core.evals.stopping import Stopping
    from promptctl.runtime.gateway.retries import Patience
    from promptctl.runtime.gateway.spending import Guard
    from promptctl.workflows.evaluation import Progress
    from promptctl.workflows.evidence import Gathered

NO_SUITE = "PC068"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateContext:
    """What a gate may use: the cache, the environment's keys, the clock, how patient to be, and who watches.

    ``recorded``: nobody is asked, what is recorded has to do. ``ran`` remembers what this command ran itself, since a
    promotion that lost a race is judged again; ``journal`` keeps what is answered, for a run that may be cut short,
    ``stopping`` and ``spending`` may end it early.
    """

    cache: ReplyCache
    environment: Mapping[str, str] = field(repr=False)
    now: datetime
    watch: Callable[[Progress], None] = lambda _: None
    recorded: bool = False
    patience: Patience | None = None
    ran: dict[str, Gathered] = field(default_factory=dict)
    journal: RunJournal | None = None
    stopping: Stopping | None = None
    spending: Guard | None = None

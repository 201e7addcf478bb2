"""``promptctl drift``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from promptctl.answers.drift import data
from promptctl.cli.context import Context
from promptctl.cli.findings import findings_text
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Option
from promptctl.cli.reporting import StoreOption, opened
from promptctl.core.counting import count

if TYPE_CHECKING:
    from promptctl.adapters.state import State
    from promptctl.core.moves.drift import Drift
    from promptctl.workflows.drift import DriftResult


def command(
    context: Context,
    live: Annotated[bool, Option("--live", help="Also what applications report to serve.")] = False,
    since: Annotated[str, Option("--since", metavar="TIME", help="With --live: calls from then on.")] = "24h",
    store: StoreOption = None,
) -> Answer:
    """Find every disagreement between files, lock, tags and pointers; errors exit 1."""
    context.repository.expect_files()
    from promptctl.workflows.drift import drift

    look = (lambda state: _live(context, state, since, store)) if live else None
    result = drift(context.repository, context.now, look)
    note = "; ".join(result.notes) or None
    return Answer(data=lambda: data(result), view=lambda: _text(result), ok=result.ok, note=note)


def _live(context: Context, state: State, since: str, store: str | None) -> list[Drift]:
    from promptctl.adapters.bounded import unhurried
    from promptctl.adapters.warehouse.live import seen_since
    from promptctl.core.reporting.window import parse_moment
    from promptctl.workflows.live_drift import live_drift

    began = parse_moment(since, context.now)
    with unhurried(), opened(context, store).warehouse as warehouse:
        seen = seen_since(warehouse, began)
    return live_drift(state, seen, began)


def _text(result: DriftResult) -> str:
    errors = sum(finding.level == "error" for finding in result.findings)
    notices = len(result.findings) - errors
    summary = f"{count(errors, 'error')}, {count(notices, 'notice')} (read {result.read})"
    return "\n".join(part for part in (findings_text(result.findings), summary) if part)

"""Shows look after look at rollouts: one table, repainted in place, on a terminal; a line a look elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from promptctl.cli.context import Context
from promptctl.cli.rollout_view import looked_sentence, step, traffic
from promptctl.cli.tables import table
from promptctl.core.safe_text import safe_text
from promptctl.reports.health_spelling import finding_cells, finding_headers

if TYPE_CHECKING:
    from promptctl.workflows.rollout_advance import Looked

    Paint = Callable[[Sequence[Looked]], None]


@contextmanager
def painting(context: Context) -> Iterator[Paint]:
    """Gives what shows one look at all rollouts that are watched."""
    if context.output.as_json or not sys.stdout.isatty():
        yield lambda looks: _lines(context, looks)
        return
    from rich.console import Console
    from rich.live import Live

    console = Console(highlight=False, markup=False, emoji=False)
    with Live(console=console, auto_refresh=False, transient=True) as live:
        yield lambda looks: live.update(_drawn(looks), refresh=True)


def _lines(context: Context, looks: Sequence[Looked]) -> None:
    for look in looks:
        context.output.say(f"{datetime.now(UTC):%H:%M:%S} {looked_sentence(look)}")


def _drawn(looks: Sequence[Looked]) -> Any:
    from rich.console import Group
    from rich.text import Text

    parts: list[Any] = [Text(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC", style="dim")]
    for look in looks:
        versions = str(look.canary.version), str(look.rollout.pointer.served.version)
        findings = table(finding_headers(*versions), [finding_cells(it) for it in look.decision.findings])
        said = (looked_sentence(look), f"{step(look.rollout.split)}; {traffic(look)}", findings)
        parts += [Text(""), *(Text(safe_text(line)) for line in said)]
    return Group(*parts)

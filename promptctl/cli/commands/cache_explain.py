"""``promptctl cache explain``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

from promptctl.cli.context import Context
from promptctl.cli.evaluating import gate_context
from promptctl.cli.options import NameArgument
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Option
from promptctl.cli.tables import table
from promptctl.core.counting import count

if TYPE_CHECKING:
    from promptctl.workflows.cache_explain import Explained

MOST_ROWS = 50


def command(
    context: Context,
    name: NameArgument,
    case: Annotated[str | None, Option("--case", metavar="GLOB", help="Only these cases.", show_default=False)] = None,
) -> Answer:
    """Show which answers of a suite are recorded, cached, or would be asked for, and why. Nobody is asked."""
    from promptctl.workflows.cache_explain import explain

    with gate_context(context) as gate:
        found = explain(context.repository, name, case, gate)
    return Answer(
        data={"answers": [asdict(answer) for answer in found]},
        view=lambda: _text(found, whole=case is not None),
        next=None,
    )


def _text(found: Sequence[Explained], *, whole: bool) -> str:
    counts: Counter[str] = Counter(answer.source for answer in found)
    said = {"recorded": "recorded", "cache": "cached", "asked": "would be asked for", "unknown": "cannot be told"}
    summary = ", ".join(f"{counts[source]} {words}" for source, words in said.items() if counts[source])
    rows = [_row(answer) for answer in found if whole or answer.source in ("asked", "unknown")]
    lines = [f"{count(len(found), 'answer')}: {summary}"]
    if rows:
        lines.append(table(("case", "model", "from", "why"), rows[:MOST_ROWS]))
    if len(rows) > MOST_ROWS:
        lines.append(f"… and {len(rows) - MOST_ROWS} more; all of them with --json")
    return "\n".join(lines)


def _row(answer: Explained) -> tuple[str, ...]:
    name = f"{answer.case} #{answer.sample + 1}" if answer.sample else answer.case
    what = "" if answer.what == "answer" else f"{answer.what}: "
    return (name[:60], answer.model, answer.source, f"{what}{answer.why}"[:160])

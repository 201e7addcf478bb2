"""``promptctl eval verify``."""

from __future__ import annotations

from typing import Annotated

from promptctl.cli.context import Context
from promptctl.cli.evaluating import gate_context
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Argument
from promptctl.cli.tables import table


def command(
    context: Context,
    names: Annotated[list[str] | None, Argument(metavar="[NAME]…", help="All evidence without a name.")] = None,
) -> Answer:
    """Score kept replies again, offline, and insist that the kept evidence follows from them to the byte."""
    from promptctl.workflows.eval_verify import verify_evidence

    with gate_context(context) as gate:
        result = verify_evidence(context.repository, names or (), gate)
    data = [{"file": check.file, "outcome": check.outcome, "reason": check.reason or None} for check in result.checks]
    rows = [(check.outcome, check.file, check.reason) for check in result.checks]
    return Answer(data={"evidence": data}, view=lambda: table(("outcome", "file", "reason"), rows), ok=result.ok)

"""``promptctl retire``."""

from __future__ import annotations

from typing import Annotated

from promptctl.cli.context import Context
from promptctl.cli.options import ReasonOption
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Argument


def command(
    context: Context,
    reference: Annotated[str, Argument(metavar="NAME@VERSION", help="A released version.")],
    reason: ReasonOption,
) -> Answer:
    """Withdraw a version, so that nothing promotes it once the lock is on the default branch."""
    from promptctl.workflows.retire import retire

    result = retire(context.repository, reference, reason)
    data = {"prompt": result.name, "version": str(result.version), "reason": result.reason, "written": result.written}
    state = "retired" if result.written else "was retired already"
    return Answer(
        data=data,
        view=lambda: f"{result.name} {result.version} {state}: {result.reason}",
        next="git add prompts/prompts.lock && git commit" if result.written else None,
    )

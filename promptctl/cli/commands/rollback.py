"""``promptctl rollback``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from promptctl.answers.rollback import data
from promptctl.cli.context import Context
from promptctl.cli.options import BranchOption, EnvironmentArgument, NoPushOption, ReasonOption, sending
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Argument
from promptctl.cli.sent import joined_notes, next_step, published_text

if TYPE_CHECKING:
    from promptctl.workflows.rollback import RollbackResult


def command(
    context: Context,
    reference: Annotated[str, Argument(metavar="NAME[@VERSION]", help="A prompt; without a version back one.")],
    environment: EnvironmentArgument,
    reason: ReasonOption,
    no_push: NoPushOption = False,
    branch: BranchOption = None,
) -> Answer:
    """Point an environment back at what it served before, or at a version that was live there."""
    from promptctl.workflows.rollback import rollback

    result = rollback(context.repository, reference, environment, reason, context.now, sending=sending(no_push, branch))
    lines = [f"{result.name} in {environment}: {_step(result)}", published_text(result.published)]
    warning = f"warning: {result.warning}" if result.warning else None
    note = joined_notes(warning, result.published.note, result.note)
    return Answer(
        data=lambda: data(result, environment),
        view=lambda: "\n".join(lines),
        note=note,
        next=next_step(result.published, f"promptctl history {result.name}"),
    )


def _step(result: RollbackResult) -> str:
    """What everybody gets now, and what that ended."""
    before, after = str(result.before.version) if result.before else "nothing", str(result.after.version)
    if result.ended:
        step = f"{after} for everybody" if before == after else f"{before} -> {after}"
        return f"{step}; {result.ended} is over"
    return f"{before} -> {after}" if result.published.commit else f"{before} already"

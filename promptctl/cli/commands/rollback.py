"""``promptctl rollback``."""

from __future__ import annotations

from promptctl.answers.rollback import data
from promptctl.cli.context import Context
from promptctl.cli.options import BranchOption, EnvironmentArgument, NameArgument, NoPushOption, ReasonOption, sending
from promptctl.cli.output import Answer
from promptctl.cli.sent import joined_notes, next_step, published_text


def command(
    context: Context,
    reference: NameArgument,
    environment: EnvironmentArgument,
    reason: ReasonOption,
    no_push: NoPushOption = False,
    branch: BranchOption = None,
) -> Answer:
    """Point an environment back at what it served before, or at a version that was live there."""
    from promptctl.workflows.rollback import rollback

    result = rollback(context.repository, reference, environment, reason, context.now, sending=sending(no_push, branch))
    before = str(result.before.version) if result.before else "nothing"
    moved = result.published.commit and (before != str(result.after.version) or not result.ended)
    step = f"{before} -> {result.after.version}" if moved else f"{before} already"
    ended = [f"{result.ended} is over: {result.after.version} for everybody"] if result.ended else []
    lines = [f"{result.name} in {environment}: {step}", *ended, published_text(result.published)]
    warning = f"warning: {result.warning}" if result.warning else None
    note = joined_notes(warning, result.published.note, result.note)
    return Answer(
        data=lambda: data(result, environment),
        view=lambda: "\n".join(lines),
        note=note,
        next=next_step(result.published, f"promptctl history {result.name}"),
    )

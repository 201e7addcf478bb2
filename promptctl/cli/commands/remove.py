"""``promptctl remove``."""

from __future__ import annotations

from promptctl.answers.published import published_data
from promptctl.cli.context import Context
from promptctl.cli.options import BranchOption, EnvironmentArgument, NoPushOption, PromptArgument, ReasonOption, sending
from promptctl.cli.output import Answer
from promptctl.cli.sent import joined_notes, next_step, published_text


def command(
    context: Context,
    name: PromptArgument,
    environment: EnvironmentArgument,
    reason: ReasonOption,
    no_push: NoPushOption = False,
    branch: BranchOption = None,
) -> Answer:
    """Stop serving a prompt in an environment; its moves stay."""
    from promptctl.workflows.remove import remove

    result = remove(context.repository, name, environment, reason, context.now, sending=sending(no_push, branch))
    before = str(result.before.version) if result.before else "nothing"
    data = {
        "prompt": name,
        "environment": environment,
        "from": result.before.to_dict() if result.before else None,
        "published": published_data(result.published),
        "note": result.note,
    }
    lines = [f"{name} in {environment}: {before} -> nothing", published_text(result.published)]
    return Answer(
        data=data,
        view=lambda: "\n".join(lines),
        note=joined_notes(result.published.note, result.note),
        next=next_step(result.published, "promptctl status"),
    )

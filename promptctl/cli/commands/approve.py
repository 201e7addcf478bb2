"""``promptctl approve``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from promptctl.answers.published import published_data
from promptctl.cli.context import Context
from promptctl.cli.options import BranchOption, EnvironmentArgument, NoPushOption, sending
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Argument, Option
from promptctl.cli.sent import joined_notes, next_step, published_text

if TYPE_CHECKING:
    from promptctl.workflows.approve import ApproveResult


def command(
    context: Context,
    name: Annotated[str, Argument(metavar="NAME[@VERSION]", help="A prompt; without a version what promote takes.")],
    environment: EnvironmentArgument,
    reason: Annotated[str | None, Option("--reason", help="Why, for the record.")] = None,
    no_push: NoPushOption = False,
    branch: BranchOption = None,
) -> Answer:
    """Agree to the next promotion of a version, of exactly these bytes and this suite; it holds for 7 days."""
    from promptctl.workflows.approve import approve

    result = approve(
        context.repository, name, environment, context.now, reason=reason, sending=sending(no_push, branch)
    )
    enough = len(result.counted.agreed) >= result.needed
    promoted = f"{result.promoted.prompt}@{result.promoted.version} {environment}"
    return Answer(
        data=lambda: _data(result),
        view=lambda: _text(result),
        ok=result.ok,
        note=joined_notes(result.published.note, result.note),
        next=next_step(result.published, f"promptctl promote {promoted}" if enough and result.ok else None),
    )


def _data(result: ApproveResult) -> dict[str, Any]:
    return {
        **result.promoted.to_dict(),
        "by": result.by,
        "agreed": list(result.counted.agreed),
        "void": [{"approval": name, "why": why} for name, why in result.counted.void],
        "needed": result.needed,
        "published": published_data(result.published),
        "note": result.note,
    }


def _text(result: ApproveResult) -> str:
    promoted, agreed = result.promoted, result.counted.agreed
    asked = f"{len(agreed)} of {result.needed} asked for" if result.needed else "no approvals asked for there; given by"
    lines = [
        f"{result.by} approves {promoted.prompt} {promoted.version} for {promoted.environment}",
        f"  {asked}: {', '.join(agreed) or 'nobody yet'}",
        *(f"  does not count: {name}: {why}" for name, why in result.counted.void),
        published_text(result.published),
    ]
    return "\n".join(lines)

"""What ``freeze`` and ``unfreeze`` answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptctl.answers.freeze import data
from promptctl.cli.context import Context
from promptctl.cli.output import Answer
from promptctl.cli.sent import joined_notes, next_step, published_text

if TYPE_CHECKING:
    from promptctl.workflows.sending import Sending


def set_frozen(context: Context, environment: str, reason: str, *, frozen: bool, sending: Sending) -> Answer:
    """Stops or allows promotions and says what changed."""
    from promptctl.workflows.freeze import freeze

    result = freeze(context.repository, environment, reason, context.now, frozen=frozen, sending=sending)
    state = "frozen" if frozen else "open"
    changed = f"{environment} is {state}" if result.changed else f"{environment} was {state} already"
    note = joined_notes(result.published.note, result.note)
    following = f"promptctl unfreeze {environment} --reason …" if frozen else f"promptctl plan {environment}"
    view = f"{changed}\n{published_text(result.published)}"
    return Answer(data=data(result), view=lambda: view, note=note, next=next_step(result.published, following))

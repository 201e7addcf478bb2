"""What ``rollout pause``, ``resume`` and ``abort`` answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptctl.answers.rollout import changed as data
from promptctl.cli.context import Context
from promptctl.cli.output import Answer
from promptctl.cli.rollout_view import percent
from promptctl.cli.sent import joined_notes, next_step, published_text

if TYPE_CHECKING:
    from promptctl.workflows.rollout_change import RolloutChanged
    from promptctl.workflows.sending import Sending

_NEXT = {
    "pause": "promptctl rollout resume {0} {1} --reason …",
    "resume": "promptctl rollout advance {0} {1}",
    "abort": "promptctl history {0} --env {1}",
}


def changed(context: Context, action: str, name: str, environment: str, reason: str, *, sending: Sending) -> Answer:
    """Makes the change and says what it changed."""
    from promptctl.workflows.rollout_change import change

    result = change(context.repository, action, name, environment, reason, context.now, sending=sending)
    note = joined_notes(result.published.note, result.note)
    following = _NEXT[action].format(name, environment)
    return Answer(data=data(result), view=lambda: _text(result), note=note, next=next_step(result.published, following))


def _text(result: RolloutChanged) -> str:
    place, split = f"{result.name} in {result.environment}", result.pointer.split
    if split is None:
        was = f"the rollout {result.rollout.split.id} is over" if result.rollout else "the rollout is over"
        line = f"{place}: {was}: {result.pointer.served.version} for everybody"
    else:
        state = split.state if result.changed else f"{split.state} already"
        line = f"{place}: the rollout {split.id} is {state} at {percent(split)}"
    return f"{line}\n{published_text(result.published)}"

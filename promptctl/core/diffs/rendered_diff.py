"""What a model is sent for each case of a suite, before and after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from promptctl.core.diffs.message_diff import MessageChange, Spoken, message_changes, sent_messages
from promptctl.core.prompts.closure import Closure
from promptctl.core.prompts.render import Rendering
from promptctl.core.prompts.text_limit import STOPPED
from promptctl.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDiff:
    """One case: the messages that differ, or why a side has none (inputs it does not take, a template that fails)."""

    name: str
    messages: tuple[MessageChange, ...] = ()
    old_fault: str | None = None
    new_fault: str | None = None

    @property
    def same(self) -> bool:
        """Whether both sides send the same; a side that sends nothing is never the same."""
        return not self.messages and self.old_fault is None and self.new_fault is None

    def to_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "same": self.same,
            "messages": [change.to_dict() for change in self.messages],
            "old_fault": self.old_fault,
            "new_fault": self.new_fault,
        }


def rendered_diff(old: Closure, new: Closure, cases: Iterable[tuple[str, Mapping[str, Any]]]) -> tuple[CaseDiff, ...]:
    """Renders every case (name, inputs) with both closures; a side that cannot is no error but a finding.

    Raises UsageError where a rendering takes too much: the other cases would too.
    """
    before, after = Rendering(old), Rendering(new)
    return tuple(_case(name, inputs, before, after) for name, inputs in cases)


def _case(name: str, inputs: Mapping[str, Any], before: Rendering, after: Rendering) -> CaseDiff:
    old, old_fault = _sent(before, inputs)
    new, new_fault = _sent(after, inputs)
    both = old_fault is None and new_fault is None
    return CaseDiff(
        name=name,
        messages=message_changes(old, new) if both else (),
        old_fault=old_fault,
        new_fault=new_fault,
    )


def _sent(rendering: Rendering, inputs: Mapping[str, Any]) -> tuple[tuple[Spoken, ...], str | None]:
    try:
        return sent_messages(rendering.messages(inputs)), None
    except UsageError as error:
        if error.code == STOPPED:
            raise
        place = error.problem.place
        return (), f"{error.problem.message} ({place})" if place else error.problem.message

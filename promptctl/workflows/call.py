"""One call of an application: what is known of it, and exactly what the model was sent, as far as that can be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from promptctl.adapters.repository import Repository
from promptctl.adapters.warehouse.call import event_of, scores_of
from promptctl.adapters.warehouse.warehouse import Warehouse
from promptctl.core.events.event import Event, Score
from promptctl.core.prompts.closure import Closure
from promptctl.core.prompts.rendered import digest_or_none
from promptctl.errors import StateError, UsageError
from promptctl.workflows.renderings import Renderings
from promptctl.workflows.served_text import ServedText, served_text
from promptctl.workflows.why import NO_CALL


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """A call and its scores, with the state of its prompt, ``served``, where that is at hand.

    ``messages`` are what its inputs make of that state, and ``exact`` says whether their digest is the one that the
    application kept of what it sent, None where it kept none. Without messages ``unknown`` says why.
    """

    event: Event
    scores: tuple[Score, ...]
    served: ServedText | None
    messages: tuple[Mapping[str, Any], ...] | None = None
    exact: bool | None = None
    unknown: str | None = None


def call(repository: Repository, warehouse: Warehouse, call: str) -> Called:
    """A call by its id. Raises StateError where the store does not have it, OutsideError where it cannot be read."""
    event = event_of(warehouse, call)
    if event is None:
        raise StateError(NO_CALL, f"the store of events has no call {call[:60]}", hint="calls are kept by [events]")
    served = served_text(repository, event.prompt, event.digest)
    scores = tuple(scores_of(warehouse, call))
    sent = _sent(event, served)
    if isinstance(sent, str):
        return Called(event=event, scores=scores, served=served, unknown=sent)
    exact = digest_or_none(sent) == event.rendered if event.rendered else None
    return Called(event=event, scores=scores, served=served, messages=sent, exact=exact)


def _sent(event: Event, served: ServedText | None) -> tuple[Mapping[str, Any], ...] | str:
    """The messages, or why they cannot be known."""
    if served is None:
        return "the text that was served is not here"
    if not isinstance(event.inputs, dict):
        return "the call was kept without its inputs"
    closure = _step(served.closure, event.step)
    if closure is None or closure.prompt.steps:
        return "the call is of a chain, and does not say of which step"
    with Renderings(closure, bounded=not served.released) as renderings:
        try:
            return renderings.of(closure).messages(event.inputs)
        except UsageError as error:
            return f"its inputs do not fit: {error.problem.message}"


def _step(closure: Closure, path: str | None) -> Closure | None:
    """The prompt of a step below a chain, or the closure itself."""
    found: Closure | None = closure
    for name in path.split(".") if path else ():
        found = found.steps.get(name) if found else None
    return found

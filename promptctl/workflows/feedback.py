"""``feedback``: what people say of calls, kept beside them; what is negative is told at once."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from promptctl.adapters.warehouse.call import event_of
from promptctl.adapters.warehouse.feedback import corrections
from promptctl.adapters.warehouse.warehouse import Warehouse
from promptctl.adapters.webhooks import tell
from promptctl.core.events.event import SCORES, Event, Score
from promptctl.core.reporting.feedback import is_negative
from promptctl.core.reporting.window import microseconds
from promptctl.core.webhook import webhook
from promptctl.errors import PromptctlError, StateError
from promptctl.runtime.feedback import scores_of
from promptctl.workflows.events_store import EventsPlace
from promptctl.workflows.why import NO_CALL


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What one says of a call."""

    call: str
    scores: Mapping[str, float]
    comment: str | None = None
    correction: str | None = None

    @property
    def negative(self) -> bool:
        return any(is_negative(value, self.correction) for value in (*self.scores.values(), None))


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackAdded:
    """The call and the names of its new scores; ``told`` is the host that was told, ``untold`` why it was not."""

    event: Event
    names: tuple[str, ...]
    negative: bool
    told: str | None = None
    untold: str | None = None


def add_feedback(
    place: EventsPlace, warehouse: Warehouse, given: Given, now: datetime, hook: str | None
) -> FeedbackAdded:
    """Keeps what is said, cleaned as what applications record; ``hook`` is told of what is negative.

    Raises StateError for a call that the store does not have, UsageError for feedback that says nothing.
    """
    scores = list(scores_of(given.call, microseconds(now), given.scores, given.correction, given.comment))
    event = call_named(warehouse, given.call)
    redactor = place.redactor()
    with closing(place.open()) as store:
        store.add(SCORES, [redactor.score(score) for score in scores])
    told = untold = None
    if given.negative and hook is not None:
        try:
            address = webhook(hook, place.environment, "quality")
            tell(address, _message(event, scores), place.environment, keys=place.keys)
            told = address.host
        except PromptctlError as error:
            untold = f"{error}" + (f"; {error.hint}" if error.hint else "")
    names = tuple(score.name for score in scores)
    return FeedbackAdded(event=event, names=names, negative=given.negative, told=told, untold=untold)


def call_named(warehouse: Warehouse, call: str) -> Event:
    """The event of a call. Raises StateError for one that the store does not have."""
    event = event_of(warehouse, call)
    if event is None:
        hint = "promptctl feedback list, or --store"
        raise StateError(NO_CALL, f"there is no call {call[:40]} in {warehouse.name}", hint=hint)
    return event


def _message(event: Event, scores: list[Score]) -> dict[str, Any]:
    said = ", ".join(f"{score.name} {score.value:g}" for score in scores if score.value is not None)
    comment, correction = scores[0].comment, scores[0].correction
    text = f"{event.prompt}@{event.version or '?'}: {said or 'a correction'}" + (f": {comment}" if comment else "")
    return {
        "kind": "feedback",
        "text": text,
        "call": event.id,
        "prompt": event.prompt,
        "version": event.version,
        "environment": event.environment,
        "scores": {score.name: score.value for score in scores},
        "comment": comment,
        "correction": correction,
    }


def case_of(warehouse: Warehouse, name: str, call: str) -> tuple[dict[str, Any], str | None]:
    """The inputs of a call of a prompt, and the latest correction of its answer, for a case.

    Raises StateError where the call is of another prompt, is not there, or was kept without its inputs.
    """
    event = call_named(warehouse, call)
    if event.prompt != name:
        raise StateError(
            NO_CALL, f"the call {call} is of {event.prompt}", hint=f"promptctl eval add {event.prompt} --from {call}"
        )
    if not isinstance(event.inputs, dict):
        hint = "[events] content = true keeps inputs from then on; give them with -i"
        raise StateError(NO_CALL, f"the call {call} was kept without its inputs", hint=hint)
    return event.inputs, next(iter(corrections(warehouse, call)), None)

"""A call of an application as plain data."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from promptctl.core.events.event import Event
    from promptctl.workflows.call import Called


def data(called: Called) -> dict[str, Any]:
    """The event, what was said of the call, and the messages that the model was sent, or why they are not known."""
    served, event = called.served, called.event
    return {
        "call": event_data(event),
        "inputs": event.inputs,
        "output": event.output,
        "scores": [asdict(score) for score in called.scores],
        "served": {"reference": served.reference, "released": served.released} if served else None,
        "messages": None if called.messages is None else [dict(message) for message in called.messages],
        "exact": called.exact,
        "unknown": called.unknown,
    }


def event_data(event: Event) -> dict[str, Any]:
    """The event without what a model or a user wrote: times in microseconds since 1970, money in picodollars."""
    left_out = ("inputs", "output")
    return {name: getattr(event, name) for name in type(event).__slots__ if name not in left_out}

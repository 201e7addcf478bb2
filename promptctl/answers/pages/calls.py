"""The pages on which calls are found, and on which one is seen whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from promptctl.adapters.repository import Repository
from promptctl.answers.pages.events import Events, Using
from promptctl.answers.pages.faults import said
from promptctl.core.events.event import STATUSES
from promptctl.errors import PromptctlError
from promptctl.reports.pages.made import Made

if TYPE_CHECKING:
    from promptctl.adapters.warehouse.warehouse import Warehouse
    from promptctl.core.events.event import Event

FILTERS = {
    "since": "Since",
    "until": "Until",
    "prompt": "Prompt",
    "version": "Version",
    "env": "Environment",
    "user": "User or their hash",
    "model": "Model",
    "rendered": "Digest of what was sent",
    "status": "Status",
}
"""What calls can be found by, in the order of the form."""
MOST_STEPS = 100


def calls(
    found: Sequence[Event], asked: Mapping[str, str | None], following: str | None, fault: str | None = None
) -> Made:
    """The list of calls that filters leave; ``following`` is the token of the page after it."""
    from promptctl.answers.call import event_data

    data = {
        "calls": [event_data(event) for event in found],
        "asked": {name: asked.get(name) or "" for name in FILTERS},
        "filters": FILTERS,
        "statuses": STATUSES,
        "following": following,
        "paged": bool(asked.get("page_token")),
        "fault": fault,
    }
    return Made(path="calls/", template="calls", title="Calls", data=data)


def call(using: Using, events: Events, name: str) -> Made:
    """One call: what it was, exactly what was sent, what was said of it, and why it was served that.

    Raises StateError where the store does not have it, and what opening and reading the store raise.
    """
    from promptctl.answers.call import data, event_data
    from promptctl.workflows.call import call as call_of

    with events() as warehouse:
        found = using(lambda it: call_of(it, warehouse, name))
        steps = [event_data(event) for event in _steps(warehouse, found.event)]
    shown = {**data(found), "steps": steps, **using(lambda it: _why(it, found.event))}
    return Made(path=f"calls/{name}/", template="call", title=f"Call {name}", data=shown, crumbs=(("Calls", "calls/"),))


def _steps(warehouse: Warehouse, event: Event) -> list[Event]:
    """The calls that a chain's steps made, in the hour after it began."""
    from promptctl.adapters.warehouse.call import latest_calls
    from promptctl.core.reporting.window import HOUR, Window

    window = Window(since=event.at, until=event.at + HOUR, equal={"parent": event.id})
    return latest_calls(warehouse, window, MOST_STEPS)[::-1]


def _why(repository: Repository, event: Event) -> dict[str, Any]:
    from promptctl.answers.why import data
    from promptctl.workflows.why import why_call

    try:
        return {"why": data(why_call(repository, event)), "why_fault": None}
    except PromptctlError as error:
        return {"why": None, "why_fault": said(error)}

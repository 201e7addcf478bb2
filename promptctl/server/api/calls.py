"""Calls of applications: the latest, one with what was sent, and where it came from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Response

from promptctl.errors import UsageError
from promptctl.server.asked import Viewed, json_response
from promptctl.server.paging import PageToken, key_of, token_of
from promptctl.server.store import Asked, Store, Stored

if TYPE_CHECKING:
    from promptctl.core.event import Event
    from promptctl.core.sent import Sent

router = APIRouter(prefix="/api/v1", tags=["calls"])


@router.get("/calls", summary="List calls")
def list_calls(
    store: Stored,
    asked: Asked,
    page_size: Annotated[int, Query(ge=1, le=1000, description="Calls of a page.")] = 100,
    page_token: PageToken = "",
) -> Response:
    """The calls of a window, newest first, without what was asked and answered."""
    from promptctl.adapters.warehouse.call import latest_calls
    from promptctl.answers.call import event_data

    before = _before(page_token)
    with store.opened() as warehouse:
        found = latest_calls(warehouse, asked.window(store.now), page_size + 1, before)
    page, last = found[:page_size], found[page_size - 1] if len(found) > page_size else None
    following = token_of(f"{last.at} {last.id}") if last else None
    return json_response({"calls": [event_data(event) for event in page], "next_page_token": following})


@router.get("/calls/{call}", summary="Show a call")
def show_call(view: Viewed, store: Stored, call: str) -> Response:
    """One call: what it took, what was said of it, and the messages that the model was sent, where inputs were kept and
    the text is here."""
    from promptctl.answers.call import data
    from promptctl.workflows.call import call as found_call

    with store.opened() as warehouse:
        return json_response(data(view.using(lambda repository: found_call(repository, warehouse, call))))


@router.get("/why", summary="Where something comes from")
def why(
    view: Viewed,
    store: Stored,
    what: Annotated[
        str,
        Query(
            min_length=1, max_length=400, description="A call's id, a digest of what was sent or served, or NAME@REF."
        ),
    ],
) -> Response:
    """The release, who changed it by which commits, who put it where, and why."""
    from promptctl.answers.why import data
    from promptctl.workflows.why import why

    return json_response(data(view.using(lambda repository: why(repository, what, _Calls(store)))))


class _Calls:
    """The store, opened when it is asked."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def event_of(self, call: str) -> Event | None:
        """The call of that id."""
        from promptctl.adapters.warehouse.call import event_of

        with self._store.opened() as warehouse:
            return event_of(warehouse, call)

    def sent(self, digests: Sequence[str]) -> Sent:
        """The calls that sent one of these."""
        from promptctl.adapters.warehouse.sent import sent

        with self._store.opened() as warehouse:
            return sent(warehouse, digests)


def _before(token: str) -> tuple[int, str] | None:
    if not token:
        return None
    at, _, call = key_of(token).partition(" ")
    if not at.lstrip("-").isdecimal() or not at.isascii() or len(at) > 19:
        raise UsageError("PC001", "page_token is none that a page gave", hint="begin without page_token")
    return int(at), call

"""Calls of applications: the latest, one with what was sent, and where it came from."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from promptctl.server.asked import Viewed, json_response
from promptctl.server.call_paging import before_of, token_after
from promptctl.server.paging import PageToken
from promptctl.server.store import Asked, Stored

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

    before = before_of(page_token)
    with store.opened() as warehouse:
        found = latest_calls(warehouse, asked.window(store.now), page_size + 1, before)
    page, last = found[:page_size], found[page_size - 1] if len(found) > page_size else None
    following = token_after(last) if last else None
    return json_response({"calls": [event_data(event) for event in page], "next_page_token": following})


@router.get("/calls/{call:path}", summary="Show a call")
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
    from promptctl.adapters.warehouse.stored_calls import StoredCalls
    from promptctl.answers.why import data
    from promptctl.workflows.why import why

    return json_response(data(view.using(lambda repository: why(repository, what, StoredCalls(store.opened)))))

"""Where calls are found, and where one is seen whole."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import RedirectResponse

from promptctl.answers.pages import calls as page
from promptctl.answers.pages.events import window_asked
from promptctl.answers.pages.faults import said
from promptctl.errors import PromptctlError
from promptctl.reports.pages.made import Made
from promptctl.server.asked import Viewed, html_response
from promptctl.server.call_paging import before_of, token_after
from promptctl.server.paging import PageToken
from promptctl.server.store import Store, Stored

router = APIRouter(include_in_schema=False)
Filter = Annotated[str, Query(max_length=200)]
SIZE = 50


@router.get("/calls/")
def calls(
    view: Viewed,
    store: Stored,
    id: Filter = "",
    since: Filter = "7d",
    until: Filter = "",
    prompt: Filter = "",
    version: Filter = "",
    env: Filter = "",
    user: Filter = "",
    model: Filter = "",
    rendered: Filter = "",
    status: Filter = "",
    page_token: PageToken = "",
) -> Response:
    """The calls that filters leave, newest first; an id leads to its call, the digest of what was sent to all that sent
    it."""
    from urllib.parse import quote

    if id.strip():
        named = quote(id.strip(), safe="")
        sent = id.strip().startswith("sha256:")
        return RedirectResponse(f"/calls/?since=&rendered={named}" if sent else f"/calls/{named}/", status_code=303)
    asked = {"since": since, "until": until, "prompt": prompt, "version": version, "env": env}
    asked |= {"user": user, "model": model, "rendered": rendered, "status": status, "page_token": page_token}
    return html_response(view, _found(store, {name: value.strip() for name, value in asked.items()}))


@router.get("/calls/{call:path}/")
def call(view: Viewed, store: Stored, call: str) -> Response:
    """One call."""
    return html_response(view, page.call(view.using, store.opened, call))


def _found(store: Store, asked: dict[str, str]) -> Made:
    from promptctl.adapters.warehouse.call import latest_calls

    try:
        window = window_asked(store.now, {name: asked[name] for name in page.FILTERS})
        with store.opened() as warehouse:
            found = latest_calls(warehouse, window, SIZE + 1, before_of(asked["page_token"]))
    except PromptctlError as error:
        return page.calls([], asked, None, said(error))
    return page.calls(found[:SIZE], asked, token_after(found[SIZE - 1]) if len(found) > SIZE else None)

"""What calls cost, from every side."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from promptctl.answers.pages import costs as page
from promptctl.server.asked import Viewed, html_response
from promptctl.server.store import Stored

router = APIRouter(include_in_schema=False)
Filter = Annotated[str, Query(max_length=200)]


@router.get("/costs/")
def costs(
    view: Viewed,
    store: Stored,
    since: Filter = "",
    until: Filter = "",
    prompt: Filter = "",
    version: Filter = "",
    env: Filter = "",
    model: Filter = "",
    user: Filter = "",
    other_model: Filter = "",
    other_version: Filter = "",
    cache: Filter = "",
) -> HTMLResponse:
    """The sums of the calls that filters leave, and what they would have been."""
    query = {"since": since, "until": until, "prompt": prompt, "version": version, "env": env, "model": model}
    query |= {"user": user, "other_model": other_model, "other_version": other_version, "cache": cache}
    asks = page.Asks(settings=view.settings, using=view.using, events=store.opened, now=store.now)
    return html_response(view, page.costs(asks, query))

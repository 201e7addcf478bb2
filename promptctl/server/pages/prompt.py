"""One prompt, and what changed between two of its states."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from promptctl.answers.pages import diff as diff_page
from promptctl.answers.pages import prompt as page
from promptctl.answers.pages.drifting import drifting
from promptctl.reports.pages.made import Made
from promptctl.server.asked import KEPT, Viewed, html_response
from promptctl.server.store import Stored
from promptctl.server.view import View

router = APIRouter(include_in_schema=False)
State = Annotated[str, Query(min_length=1, max_length=200)]


@router.get("/prompts/{name:path}/-/diff/{old}..{new}/", dependencies=[KEPT])
def diff(view: Viewed, name: str, old: str, new: str) -> HTMLResponse:
    """What changed between two states."""
    return _compared(view, name, old, new, "source")


@router.get("/prompts/{name:path}/-/diff/", dependencies=[KEPT])
def compare(view: Viewed, name: str, old: State, new: State, show: str = "source") -> HTMLResponse:
    """The same for states that a form names, and for what their cases send or were answered."""
    return _compared(view, name, old, new, show)


@router.get("/prompts/{name:path}/")
def prompt(
    view: Viewed,
    store: Stored,
    name: str,
    days: Annotated[int, Query(ge=1, le=366)] = 30,
    env: Annotated[str, Query(max_length=200)] = "",
) -> HTMLResponse:
    """The prompt's own page."""
    hour = store.now.replace(minute=0, second=0, microsecond=0)
    drift = view.once(("drifting", hour), lambda repository: drifting(repository, hour))
    made: Made = view.once(("prompt page", name, hour), lambda repository: page.prompt(repository, name, drift))
    asked = page.Asked(days=days, environment=env or None)
    return html_response(view, page.with_calls(made, store.opened, asked, store.now))


def _compared(view: View, name: str, old: str, new: str, show: str) -> HTMLResponse:
    return html_response(view, view.using(lambda repository: diff_page.diff(repository, name, old, new, show)))

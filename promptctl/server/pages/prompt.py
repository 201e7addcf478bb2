"""One prompt, and what changed between two of its versions."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from promptctl.answers.pages import diff as diff_page
from promptctl.answers.pages import prompt as prompt_page
from promptctl.server.asked import KEPT, Viewed, html_response

router = APIRouter(include_in_schema=False, dependencies=[KEPT])


@router.get("/prompts/{name:path}/-/diff/{old}..{new}/")
def diff(view: Viewed, name: str, old: str, new: str) -> HTMLResponse:
    """What changed between two states."""
    return html_response(view, view.using(lambda repository: diff_page.diff(repository, name, old, new)))


@router.get("/prompts/{name:path}/")
def prompt(view: Viewed, name: str) -> HTMLResponse:
    """The prompt's own page."""
    return html_response(view, view.using(lambda repository: prompt_page.prompt(repository, name)))

"""The first page: prompts against environments."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from promptctl.answers import pages
from promptctl.server.asked import KEPT, Viewed, html_response

router = APIRouter(include_in_schema=False, dependencies=[KEPT])


@router.get("/")
def matrix(view: Viewed) -> HTMLResponse:
    """What each environment serves, of every prompt."""
    return html_response(view.using(pages.matrix))

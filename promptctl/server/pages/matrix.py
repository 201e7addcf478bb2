"""The first page: prompts against environments."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from promptctl.server.asked import KEPT, Viewed, html_response

router = APIRouter(include_in_schema=False, dependencies=[KEPT])


@router.get("/")
def matrix(view: Viewed) -> HTMLResponse:
    """What each environment serves, of every prompt."""
    from promptctl.answers.status import data
    from promptctl.workflows.status import status

    found = view.once("status", lambda repository: data(status(repository)))
    return html_response("matrix", "Prompts", found)

"""What a browser is shown of an error: the same as programs are told, as a page."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import Request, Response

from promptctl.core.safe_text import safe_text
from promptctl.core.secrets import mask
from promptctl.errors import Problem
from promptctl.reports.pages.made import Made
from promptctl.server.asked import html_response

_PROGRAMS = ("/api/", "/admin/", "/openapi.json", "/metrics", "/healthz", "/readyz", "/static/")


def is_for_people(request: Request) -> bool:
    """Whether a browser asked for one of the pages."""
    asked = "text/html" in request.headers.get("accept", "")
    return asked and request.method in ("GET", "HEAD") and not request.url.path.startswith(_PROGRAMS)


def fault_page(request: Request, status: int, problems: tuple[Problem, ...]) -> Response:
    """The page of an error."""
    said = [
        {
            "code": it.code,
            "detail": mask(safe_text(it.message)),
            "where": str(it.place) if it.place else None,
            "hint": it.hint and mask(safe_text(it.hint)),
        }
        for it in problems
    ]
    path = request.url.path.lstrip("/")
    made = Made(path=path, template="fault", title=HTTPStatus(status).phrase, data={"problems": said})
    response = html_response(request.app.state.follower.view, made)
    response.status_code = status
    return response

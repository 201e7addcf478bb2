"""What routes are given: the view that the request sees, and how long its answer may be kept."""

from __future__ import annotations

import math
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.responses import HTMLResponse

from promptctl.reports.pages.made import Made, Moment
from promptctl.server.view import View


def kept_for(seconds: float) -> Any:
    """For routes whose answers may be that old."""

    def keep(request: Request) -> None:
        request.state.keep = seconds

    return Depends(keep)


def _view(request: Request) -> View:
    view: View = request.state.view
    return view


Viewed = Annotated[View, Depends(_view)]
KEPT = kept_for(math.inf)
"""For what only Git decides: the answer holds as long as the view."""


def json_response(data: Any) -> Response:
    """Data as JSON that cannot be read as anything else."""
    import json

    return Response(json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode(), media_type="application/json")


def html_response(view: View, made: Made) -> HTMLResponse:
    """A page of the server."""
    from promptctl.reports.pages.page import page, policy

    headers = {"content-security-policy": f"{policy()}; frame-ancestors 'none'"}
    return HTMLResponse(page(made, Moment(commit=view.repository.commit, at=view.at)), headers=headers)

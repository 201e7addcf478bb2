"""What monitors ask for."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from promptctl.server.metrics import MEDIA_TYPE

router = APIRouter(tags=["health"])


@router.get("/metrics", summary="Counts for monitors")
def metrics(request: Request) -> Response:
    """Requests, durations, answers kept, writes, and what is followed, in the text format of Prometheus."""
    return Response(request.app.state.metrics.text(), media_type=MEDIA_TYPE)

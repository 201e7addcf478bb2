"""Whether the server is alive, and whether what it shows is what the repository has."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

router = APIRouter(tags=["health"])


@router.get("/healthz", summary="Whether the process answers")
async def alive() -> dict[str, str]:
    """Always this, as long as the process answers at all."""
    return {"status": "ok"}


@router.get("/readyz", summary="Whether the repository is followed")
async def ready(request: Request) -> dict[str, Any]:
    """`following` is false while the repository cannot be read; what was seen last is served on. The log says why: what
    Git says may name places that are nobody's business."""
    follower = request.app.state.follower
    return {"status": "ok", "commit": follower.view.repository.commit, "following": follower.fault is None}

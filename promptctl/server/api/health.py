"""Whether the server is alive, and whether what it shows is what the repository has."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

router = APIRouter(tags=["health"])


@router.get("/healthz", summary="Whether the process answers")
async def alive() -> dict[str, str]:
    """Always this, as long as the process answers at all."""
    return {"status": "ok"}


@router.get("/readyz", summary="What the server stands at")
async def ready(request: Request) -> dict[str, Any]:
    """The commits that are shown. `fault` says why the repository cannot be followed just now; it is served on."""
    follower = request.app.state.follower
    repository = follower.view.repository
    return {"status": "ok", "commit": repository.commit, "branch": repository.default_branch, "fault": follower.fault}

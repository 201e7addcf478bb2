"""What happened to a prompt."""

from __future__ import annotations

from fastapi import APIRouter, Response

from promptctl.server.asked import KEPT, Viewed, json_response

router = APIRouter(prefix="/api/v1", tags=["prompts"], dependencies=[KEPT])


@router.get("/prompts/{name:path}/-/timeline", summary="What happened to a prompt")
def past(view: Viewed, name: str) -> Response:
    """Releases, approvals, moves and splits of a prompt in one list, newest first."""
    from promptctl.answers.timeline import data
    from promptctl.workflows.timeline import timeline

    found = view.once(("timeline", name), lambda repository: timeline(repository, name))
    return json_response({"prompt": found.history.name, "past": data(found.told)})

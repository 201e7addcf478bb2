"""Environments: what each serves, for people and for applications."""

from __future__ import annotations

from datetime import UTC, datetime
from operator import attrgetter
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from promptctl.core.files.strict_json import strict_json
from promptctl.core.models.request import compact_json
from promptctl.errors import UsageError
from promptctl.runtime.prompt import Prompt
from promptctl.server.answering import route_of
from promptctl.server.asked import KEPT, Viewed, json_response, kept_for
from promptctl.server.paging import PageSize, PageToken, paged

router = APIRouter(prefix="/api/v1", tags=["environments"])


@router.get("/status", summary="Prompts against environments", dependencies=[KEPT])
def status(view: Viewed) -> Response:
    """Every prompt, how the default branch stands to the lock, and what each environment serves."""
    from promptctl.answers.status import data
    from promptctl.workflows.status import status

    return json_response(view.once("status", lambda repository: data(status(repository))))


@router.get("/drift", summary="Every disagreement", dependencies=[kept_for(60)])
def drift(view: Viewed) -> Response:
    """Where files, lock, tags and pointers disagree, each with the command that repairs it."""
    from promptctl.answers.drift import data
    from promptctl.workflows.drift import drift

    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    return json_response(view.once(("drift", now), lambda repository: data(drift(repository, now))))


@router.get("/environments/{environment}/bundle", summary="The bundle of an environment", dependencies=[KEPT])
def bundle(view: Viewed, environment: str) -> Response:
    """All that applications need of an environment, as `promptctl bundle` writes it."""
    from promptctl.workflows.bundle import bundle

    data: bytes = view.once(("bundle", environment), lambda repository: bundle(repository, environment).data)
    return Response(data, media_type="application/json")


@router.get("/environments/{environment}/moves", summary="List the moves in an environment", dependencies=[KEPT])
def moves(view: Viewed, environment: str, page_size: PageSize = 100, page_token: PageToken = "") -> Response:
    """What was changed there, of every prompt, newest first: who did it, why, and what the gate saw."""
    from promptctl.answers.moves import row
    from promptctl.workflows.moves import moves

    found = view.once(("moves", environment), lambda repository: moves(repository, environment))
    page = paged("moves", found, attrgetter("place"), page_size, page_token, spell=row, falling=True)
    return json_response({"environment": environment, **page})


@router.get("/environments/{environment}/prompts/{name:path}", summary="The prompt that a unit gets")
async def resolve(
    request: Request,
    view: Viewed,
    environment: str,
    name: str,
    unit: Annotated[str | None, Query(max_length=1000, description="Who is served: splits are by unit.")] = None,
    attributes: Annotated[str | None, Query(max_length=10_000, description="What splits may ask for; JSON.")] = None,
) -> Response:
    """The version that an environment serves to a unit, with the reason, and all that is sent to the model."""
    from starlette.concurrency import run_in_threadpool

    snapshot = view.known_served(environment)
    if snapshot is None:
        snapshot = await run_in_threadpool(view.served, environment)
    pick = snapshot.picks.get(name)
    if pick is None:
        raise snapshot.unknown(name)
    prompt = pick(unit, _attributes(attributes))
    request.state.answer = view.resolved(prompt, _spelled, route_of(request.scope))
    return Response()


def _attributes(text: str | None) -> dict[str, Any] | None:
    if text is None:
        return None
    try:
        found = strict_json(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        message = "attributes is no JSON object"
        raise UsageError("PC001", message, hint='example: attributes={"plan":"pro"}')
    return found


def _spelled(prompt: Prompt) -> bytes:
    """What is the same for all units that get this version for this reason."""
    from promptctl.core.prompts.canonical import canonical

    head = {
        "prompt": prompt.name,
        "environment": prompt.environment,
        "version": prompt.version,
        "digest": prompt.digest,
        "reason": prompt.reason,
        "arm": prompt.arm,
        "split": prompt.split,
        "notes": sorted(prompt.notes),
        "content": canonical(prompt.released.closure),
    }
    return compact_json(head).encode()

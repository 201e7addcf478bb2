"""What applications and people bring: events, and feedback about calls."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from promptctl.core.events.event import Event, Score
from promptctl.errors import UsageError
from promptctl.server.store import Stored
from promptctl.server.writing import Writes

router = APIRouter(prefix="/api/v1", tags=["events"])
ARRAY, LINES = "application/json", ("application/x-ndjson", "application/jsonl")
NO_SUCH_FORMAT = "PC329"


class Feedback(BaseModel):
    """What somebody says of a call: scores, words, or what the answer should have been."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"call": "01K9ZJ4X7Q8R2S3T4V5W6X7Y8Z", "scores": {"resolved": 0}}},
    )
    call: Annotated[str, Field(min_length=1, max_length=200, description="The id of a call.")]
    scores: Annotated[
        dict[Annotated[str, Field(min_length=1, max_length=200)], FiniteFloat],
        Field(max_length=50, description="1 for yes, 0 for no."),
    ] = {}
    comment: Annotated[str | None, Field(max_length=10_000, description="Why, in words.")] = None
    correction: Annotated[str | None, Field(max_length=10_000, description="What it should have been.")] = None


@router.post("/feedback", summary="Say what a call was worth")
def feedback(writes: Writes, store: Stored, asked: Feedback) -> Response:
    """Keeps what somebody says of a call of an environment that the token is for; the webhook of `[quality]` is told
    at once of what is negative."""
    from promptctl.answers.feedback import data
    from promptctl.workflows.feedback import Given, add_feedback, call_named

    given = Given(call=asked.call, scores=asked.scores, comment=asked.comment, correction=asked.correction)

    def act() -> dict[str, Any]:
        with store.opened() as warehouse:
            writes.require("feedback", call_named(warehouse, asked.call).environment)
            return data(add_feedback(store.place, warehouse, given, writes.now, store.webhook))

    return writes.done("feedback", None, asked.model_dump(), act)


async def _body(request: Request) -> tuple[str, bytes]:
    """The body's media type, and the body. Raises HTTPException where it breaks off."""
    try:
        body = await request.body()
    except ClientDisconnect:
        raise HTTPException(400, "the request broke off") from None
    return request.headers.get("content-type", "").partition(";")[0].strip().lower(), body


_ROW = {"type": "object", "required": ["id", "at", "prompt", "status"]}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            ARRAY: {"schema": {"type": "array", "items": _ROW, "maxItems": 2000}},
            LINES[0]: {"schema": {"type": "string", "description": "An object a line."}},
        },
    }
}


@router.post("/events", summary="Bring events", openapi_extra=_BODY)
def events(
    writes: Writes,
    store: Stored,
    body: Annotated[tuple[str, bytes], Depends(_body)],
    table: Annotated[Literal["events", "scores"], Query(description="What the rows are.")] = "events",
) -> Response:
    """Keeps rows as `promptctl events import` does: all or, where one has a fault, none; one that is there already
    stays as it is. Events are of environments that the token is for; scores, and events of no environment, need a
    token for all."""
    from promptctl.answers.events import data
    from promptctl.core.events.body import body_rows
    from promptctl.core.events.event import EVENTS, SCORES
    from promptctl.core.events.reading import Reading
    from promptctl.workflows.events_import import Source, import_rows

    kind, text = body
    if kind != ARRAY and kind not in LINES:
        raise UsageError(NO_SUCH_FORMAT, "events come as JSON", hint=f"Content-Type: {ARRAY} or {LINES[0]}")

    def permit(row: Event | Score) -> None:
        writes.require("events", row.environment if isinstance(row, Event) else None)

    def act() -> dict[str, Any]:
        source = Source(body_rows(text, array=kind == ARRAY))
        return data(import_rows(store.place, [source], Reading(table=EVENTS if table == "events" else SCORES), permit))

    return writes.done("events", None, [table, kind, hashlib.sha256(text).hexdigest()], act)

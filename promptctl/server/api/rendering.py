"""Rendering: what a prompt and its inputs come to, worked out by a child process that can be stopped."""

from __future__ import annotations

from threading import BoundedSemaphore
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from promptctl.core.models.provider import WIRES
from promptctl.errors import OutsideError
from promptctl.server.asked import Viewed, json_response
from promptctl.server.door import TOO_MANY

router = APIRouter(prefix="/api/v1", tags=["prompts"])
FORMATS = ("messages", *WIRES)
AT_ONCE = 4
"""Renderings under way in one process: each has a child with memory of its own, for seconds at most."""
_places = BoundedSemaphore(AT_ONCE)


def _known(format: str) -> str:
    if format not in FORMATS:
        raise ValueError(f"one of {', '.join(FORMATS)}")
    return format


class Render(BaseModel):
    """What is put into a prompt."""

    model_config = ConfigDict(extra="forbid")
    inputs: Annotated[dict[str, Any], Field(description="The prompt's inputs by name.")] = {}
    outputs: Annotated[dict[str, str], Field(description="Of a chain: what steps answered, by their paths.")] = {}
    format: Annotated[
        str,
        Field(description="With `request` as that API takes it.", json_schema_extra={"enum": [*FORMATS]}),
        AfterValidator(_known),
    ] = "messages"
    model: Annotated[str | None, Field(max_length=200, description="The model of the request.")] = None


@router.post("/prompts/{name:path}/-/at/{reference}/render", summary="Render a prompt at a reference")
def render_at(view: Viewed, name: str, reference: str, asked: Render) -> Response:
    """The messages that a version, an environment, a digest or a revision makes of inputs.

    No model is asked; a template that takes too long or too much is stopped."""
    return _rendered(view, f"{name}@{reference}", asked)


@router.post("/prompts/{name:path}/-/render", summary="Render a prompt")
def render(view: Viewed, name: str, asked: Render) -> Response:
    """The same of the prompt as the default branch has it."""
    return _rendered(view, name, asked)


def _rendered(view: Viewed, reference: str, asked: Render) -> Response:
    from promptctl.answers.render import data
    from promptctl.workflows.render import prepare

    if not _places.acquire(blocking=False):
        raise OutsideError(TOO_MANY, f"{AT_ONCE} renderings are under way: come again soon")
    try:
        prepared = view.using(lambda repository: prepare(repository, reference))
        wire = None if asked.format == "messages" else asked.format
        found = prepared.rendered_apart(asked.inputs, outputs=asked.outputs, wire=wire, model=asked.model)
    finally:
        _places.release()
    return json_response(data(found))

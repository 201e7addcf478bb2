"""Errors: problem details (RFC 9457) with the codes of the command line."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from promptctl.server.shapes.shape import Json, Shape


class Where(Shape):
    """A place in a file of the repository."""

    file: str
    line: int | None
    column: int | None


class Told(Shape):
    """One thing that is wrong."""

    detail: Annotated[str, Field(description="What is wrong, in a sentence.")]
    code: Annotated[str, Field(pattern=r"^PC\d{3}$", description="As the command line has it; each has a page.")]
    where: Where | None
    hint: Annotated[str | None, Field(description="What repairs it.")]


class Problem(Told):
    """Why a request was not answered as asked."""

    type: str
    title: str
    status: int
    more: Annotated[list[Told], Field(default_factory=list, description="What else is wrong.")]
    data: Annotated[Json, Field(default_factory=dict, description="Of a gate that said no: all that it found.")]

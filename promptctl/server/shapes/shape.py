"""What all shapes have in common."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field


class Shape(BaseModel):
    """An object that has these fields and no others."""

    model_config = ConfigDict(extra="forbid")


Json = dict[str, Any]
"""An object whose fields depend on what people wrote."""
Digest = Annotated[str, Field(description="`sha256:` and 64 hexadecimal digits.")]
Commit = Annotated[str, Field(description="The name of a commit.")]
Time = Annotated[str, Field(description="ISO 8601.")]
Money = Annotated[str, Field(description="US dollars as exact decimal text.")]
Interval = Annotated[list[float], Field(min_length=2, max_length=2, description="Lower and upper end.")]
PageTotal = Annotated[int, Field(description="Entries on all pages.")]
NextPage = Annotated[str | None, Field(description="`page_token` of the page that follows; null on the last one.")]


class Served(Shape):
    """A release."""

    version: str
    digest: Digest

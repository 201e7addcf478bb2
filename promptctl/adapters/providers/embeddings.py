"""Embeddings, as OpenAI and compatible servers speak them."""

from __future__ import annotations

from typing import Any

from promptctl.adapters.providers.answer import MalformedAnswer, take, take_optional, tokens
from promptctl.core.models.embedding import embedded_text, spell_embedding
from promptctl.core.models.request import Reply, Request, Usage

PATH = "/embeddings"


def body(request: Request, model_id: str) -> dict[str, Any]:
    """The request's JSON: one text, its embedding as plain numbers, which every server knows."""
    return {"model": model_id, "input": embedded_text(request), "encoding_format": "float"}


def parse(answer: Any) -> Reply:
    """The one embedding as a reply. Raises MalformedAnswer."""
    data = take(answer, "data", list)
    if len(data) != 1:
        raise MalformedAnswer(f"the answer has {len(data)} embeddings, not 1")
    numbers = take(data[0], "embedding", list)
    if any(isinstance(number, bool) or not isinstance(number, int | float) for number in numbers):
        raise MalformedAnswer("the embedding holds something that is no number")
    try:
        text = spell_embedding([float(number) for number in numbers])
    except (ValueError, OverflowError) as error:
        raise MalformedAnswer(str(error)) from None
    return Reply(text=text, usage=usage(answer), model=take_optional(answer, "model", str) or "")


def usage(answer: Any) -> Usage:
    """The tokens that an answer took, as it says. Raises MalformedAnswer."""
    return Usage(input=tokens(take_optional(answer, "usage", dict), "prompt_tokens"), output=0)

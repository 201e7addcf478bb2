"""A reply from wherever one is had: the stores first, then the provider, whose answer is kept."""

from __future__ import annotations

from typing import Protocol

from promptctl.adapters.replies import Replies, SourcedReply
from promptctl.core.models.request import Reply, Request
from promptctl.errors import StateError
from promptctl.runtime.gateway.gateway import NOT_RECORDED


class Models(Protocol):
    """Who is asked when no store has the reply: a ``Gateway``, or whatever stands in its place."""

    async def complete(self, request: Request, sample: int = 0) -> Reply: ...


async def answer(request: Request, sample: int, *, replies: Replies, gateway: Models) -> SourcedReply:
    """The reply to this sample of the request, masked. Raises what ``Gateway.complete`` raises, and StateError where
    only recorded replies may answer and there is none."""
    if found := replies.get(request, sample):
        return found
    if replies.mode == "recorded":
        message = f"no recorded reply of {request.model} to this request (sample {sample})"
        raise StateError(
            NOT_RECORDED, message, hint="run once with --replies auto, or --replies refresh to record anew"
        )
    return replies.put(request, sample, await gateway.complete(request, sample))

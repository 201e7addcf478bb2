"""A reply from wherever one is had: the stores first, then the provider, whose answer is kept."""

from __future__ import annotations

from promptctl.adapters.replies import Replies, SourcedReply
from promptctl.core.request import Request
from promptctl.errors import StateError
from promptctl.runtime.gateway.gateway import NOT_RECORDED, Gateway


async def answer(request: Request, sample: int, *, replies: Replies, gateway: Gateway) -> SourcedReply:
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

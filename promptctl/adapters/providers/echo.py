"""The provider that needs no network: answers with the text of the last user message, for free."""

from __future__ import annotations

from promptctl.adapters.providers.spelling import cannot_say, check_messages, text_of
from promptctl.core.models.request import Reply, Request


def answer(request: Request, model_id: str) -> Reply:
    """The last user message's text, whatever schema the answer should have. Raises UsageError when there is none."""
    check_messages(request.messages)
    for message in reversed(request.messages):
        if message["role"] == "user":
            return Reply(text=text_of(message["content"]), model=model_id, cost=0.0)
    raise cannot_say("echo", "answers with the last user message, and the prompt has none", "add a user message")

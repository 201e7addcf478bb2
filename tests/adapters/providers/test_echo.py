from __future__ import annotations

from typing import Any

import pytest

from promptctl.adapters.providers import echo
from promptctl.core.models.request import Request
from promptctl.errors import UsageError


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("hi", "hi"),
        ("", ""),
        (
            [
                {"type": "text", "text": "a"},
                {"type": "image_url", "image_url": {"url": "u"}},
                {"type": "text", "text": "b"},
            ],
            "ab",
        ),
    ],
)
def test_echo_answers_with_the_last_user_message_for_free(content: Any, text: str) -> None:
    messages = (
        {"role": "user", "content": "first"},
        {"role": "user", "content": content},
        {"role": "assistant", "content": "last"},
    )
    request = Request(model="echo:echo", messages=messages, output={"type": "object"})
    reply = echo.answer(request, "echo")
    assert (reply.text, reply.model, reply.cost, reply.usage.input) == (text, "echo", 0.0, None)


@pytest.mark.parametrize("messages", [(), ({"role": "system", "content": "s"},), ({"role": "user"},)])
def test_echo_needs_a_user_message(messages: tuple[dict[str, Any], ...]) -> None:
    with pytest.raises(UsageError) as caught:
        echo.answer(Request(model="echo:echo", messages=messages), "echo")
    assert caught.value.code == "PC073"

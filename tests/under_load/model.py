"""A model whose answers differ by the version of the prompt: slow, costly or failing as a scene wants it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from tests.servers import Handler, Reaction, last_text, openai_answer, status

STABLE, CANARY = "1.0.0", "1.1.0"
WORDS = {STABLE: "one", CANARY: "two"}
"""What each version's prompt begins with."""


@dataclass(frozen=True, kw_only=True)
class Conduct:
    """How the model treats a version: ``seconds`` before each answer, ``tokens`` of it, of how many calls one is
    refused (0: none), and which share of its answers people are content with."""

    seconds: float = 0.002
    tokens: int = 20
    refused: int = 0
    content: float = 0.8


WELL = Conduct()


def behaving(conducts: Mapping[str, Conduct]) -> Reaction:
    """A reaction by the version that the message is from."""
    by_word = {WORDS[version]: conduct for version, conduct in conducts.items()}
    seen = dict.fromkeys(by_word, 0)

    def react(handler: Handler) -> None:
        text = last_text(handler.request_body)
        word = text.partition(" ")[0]
        conduct = by_word[word]
        with handler.model.lock:
            seen[word] += 1
            number = seen[word]
        handler.model.released.wait(conduct.seconds)
        if conduct.refused and number % conduct.refused == 0:
            return status(400, "no")(handler)
        usage = {"prompt_tokens": 50, "completion_tokens": conduct.tokens}
        return handler.reply(200, json.dumps(openai_answer(text.upper(), usage=usage)).encode())

    return react

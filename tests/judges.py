"""A server that answers for prompts under test and for their judges, which it tells apart by their messages."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from promptctl.core.scorers.graded import CANARY
from tests.evals import saying
from tests.servers import Reaction

Verdict = Callable[[str], Any]


def judged_text(message: str) -> str | None:
    """The answer within a message to a judge; None for one to the prompt under test."""
    if "<answer-" not in message:
        return None
    return str(json.loads(message.split("<answer-", 1)[1].split("\n")[1]))


def answering(verdict: Verdict, answer: Callable[[str], str] = "answer to {}".format) -> Reaction:
    """Answers prompts with ``answer``, and judges with what ``verdict`` makes of the answer they are given."""

    def text(message: str) -> str:
        judged = judged_text(message)
        if judged is None:
            return answer(message)
        found = verdict(judged)
        return found if isinstance(found, str) else json.dumps({"reason": "so it is", "score": found})

    return saying(text)


def honest(score: float) -> Verdict:
    return lambda text: 0.0 if text == CANARY else score

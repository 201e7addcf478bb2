"""What failed attempts are billed: what the provider said of them, exactly; what it did not say is unknown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from promptctl.core.models.attempt import Attempt
from promptctl.core.models.request import Usage
from promptctl.errors import OutsideError
from tests.gateways import gateway_over, request, run, streamed
from tests.servers import (
    ModelServer,
    Reaction,
    anthropic_events,
    cut,
    hang_up,
    json_answer,
    model_server,
    openai_answer,
    openai_events,
    raw,
    status,
    stream,
)

PRICES = {"*": {"input": 1, "output": 2, "cache_read": 0.5, "cache_write": 1.25}}
KNOWN, UNKNOWN = Usage(input=100, output=20, cache_read=40), Usage()
# 60 tokens of 1, 40 of 0.5 and 20 of 2 dollars a million: 120 millionths.
COST = 120_000_000
WITHOUT = {name: value for name, value in openai_answer().items() if name != "usage"}
PIECES = openai_events("Hello")
BEGUN = anthropic_events("Hello")
OVERLOADED = json.dumps({"type": "error", "error": {"type": "overloaded_error", "message": "busy"}})
SENT = Usage(input=100, output=None, cache_read=40, cache_write=10)
ANSWERED = Usage(input=100, output=20, cache_read=40, cache_write=10)
# 50 of 1, 40 of 0.5, 10 of 1.25 and 20 of 2 dollars a million.
WRITTEN = 122_500_000

Told = tuple[str | None, Usage | None, int | None]


def error(number: int, **said: Any) -> Reaction:
    body = json.dumps({"error": {"message": "no"}, **said}).encode()
    return lambda handler: handler.reply(number, body)


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    with model_server() as model:
        yield model


def told(server: ModelServer, reaction: Reaction, *, streams: bool, kind: str = "openai") -> list[Told]:
    """What became of each attempt of one call that first meets a reaction."""
    seen: list[Attempt] = []
    server.reactions.clear()
    server.then(reaction)
    settings: dict[str, Any] = {"kind": kind, "prices": PRICES}
    gateway = gateway_over({"relay": server}, {"relay": settings}, observe=seen.append)
    with suppress(OutsideError):
        run(gateway, lambda it: streamed(it, request()) if streams else it.complete(request()))
    return [(attempt.fault, attempt.usage, attempt.cost) for attempt in seen]


WELL: Told = (None, KNOWN, COST)
WHOLE: list[tuple[str, Reaction, list[Told]]] = [
    ("an answer", json_answer(openai_answer()), [WELL]),
    ("no choice, with usage", json_answer(openai_answer(choices=[])), [("malformed", KNOWN, COST)]),
    ("no choice, no usage", json_answer(WITHOUT | {"choices": []}), [("malformed", UNKNOWN, None)]),
    ("half a usage", json_answer(openai_answer(choices=[], usage={"prompt_tokens": 100})), [
        ("malformed", Usage(input=100), None),
    ]),
    ("an impossible usage", json_answer(openai_answer(choices=[], usage={"prompt_tokens": -1})), [
        ("malformed", UNKNOWN, None),
    ]),
    ("no JSON", raw(b"<html>"), [("malformed", UNKNOWN, None)]),
    ("cut off", cut, [("malformed", UNKNOWN, None)]),
    ("refused with usage", error(400, usage=openai_answer()["usage"]), [("refused", KNOWN, COST)]),
    ("refused", status(400), [("refused", None, None)]),
    ("failing with usage, then an answer", error(503, usage=openai_answer()["usage"]), [
        ("failing", KNOWN, COST), WELL,
    ]),
    ("failing, then an answer", status(503), [("failing", None, None), WELL]),
    ("hung up on, then an answer", hang_up, [("unreachable", None, None), WELL]),
]  # fmt: skip


@pytest.mark.parametrize(("reaction", "expected"), [row[1:] for row in WHOLE], ids=[row[0] for row in WHOLE])
def test_a_whole_answer(server: ModelServer, reaction: Reaction, expected: list[Told]) -> None:
    assert told(server, reaction, streams=False) == expected


STREAMS: list[tuple[str, str, Reaction, list[Told]]] = [
    ("usage, and no end", "openai", stream(PIECES[:-1]), [("malformed", KNOWN, COST)]),
    ("pieces, and no usage", "openai", stream(PIECES[:2]), [("malformed", UNKNOWN, None)]),
    ("nothing", "openai", stream([]), [("malformed", UNKNOWN, None)]),
    ("an error at once", "anthropic", stream([OVERLOADED]), [
        ("failing", None, None), (None, ANSWERED, WRITTEN),
    ]),
    ("an error after the beginning", "anthropic", stream([BEGUN[0], OVERLOADED]), [
        ("failing", SENT, None), (None, ANSWERED, WRITTEN),
    ]),
    ("all but the end", "anthropic", stream(BEGUN[:-1]), [("malformed", ANSWERED, WRITTEN)]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "reaction", "expected"), [row[1:] for row in STREAMS], ids=[row[0] for row in STREAMS]
)
def test_a_stream(server: ModelServer, kind: str, reaction: Reaction, expected: list[Told]) -> None:
    assert told(server, reaction, streams=True, kind=kind) == expected

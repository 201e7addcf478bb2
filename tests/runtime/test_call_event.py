"""What the event of a call says of cost and tokens: all that was billed, exactly, or that it is unknown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from promptctl.adapters.providers.fault import ProviderError
from promptctl.core.models.attempt import Attempt
from promptctl.core.models.request import Reply, Usage
from promptctl.runtime.caching.outcome import CacheOutcome
from promptctl.runtime.call_event import Caller, Course, event_of
from promptctl.runtime.snapshot import Snapshot
from tests.bundles import bundle_of
from tests.runtime.calling import application

PROMPT = Snapshot(bundle_of({"greet": {"1.0.0": "Hi"}}), "", "source").plain["greet"]
CALLER = Caller(id="01JD3Y8K2ZQ4V6W7X8Y9ZABCDE", trace="t")
FAULT = ProviderError("failing", "no")


def attempt(fault: str | None = "failing", usage: Usage | None = None, cost: int | None = None) -> Attempt:
    return Attempt(provider="p", model="m", host="h", fault=fault, latency_ms=1.0, usage=usage, cost=cost)


def reply(cost: float | None = 0.00000012) -> Reply:
    """An answer of 10 and 20 tokens for 120,000 picodollars."""
    return Reply(text="a", usage=Usage(input=10, output=20, cache_read=3), cost=cost)


WELL = attempt(None, reply().usage, 120_000)
BILLED = attempt("malformed", Usage(input=100, output=7, cache_read=1, cache_write=2), 33)
FREE, HALF, OPEN = attempt(), attempt("failing", Usage(input=5), None), attempt("malformed", Usage(), None)
UNPRICED = attempt("failing", Usage(input=4, output=4), None)
EMBEDDED = attempt(None, Usage(input=9, output=0), 9)
MISS, SEMANTIC = CacheOutcome(kind="miss", spent=9), CacheOutcome(kind="semantic", saved=70, spent=9)
EXACT = CacheOutcome(kind="exact", saved=70)

# attempts, reply, outcome; then cost, input, output, cached reads and cached writes.
Row = tuple[str, list[Attempt], Reply | None, CacheOutcome | None, tuple[int | None, ...]]
ROWS: list[Row] = [
    ("an answer", [WELL], reply(), None, (120_000, 10, 20, 3, 0)),
    ("after one that is billed", [BILLED, WELL], reply(), None, (120_033, 110, 27, 4, 2)),
    ("after two", [BILLED, BILLED, WELL], reply(), None, (120_066, 210, 34, 5, 4)),
    ("after one that nobody answered", [FREE, WELL], reply(), None, (120_000, 10, 20, 3, 0)),
    ("after one of unknown tokens", [HALF, WELL], reply(), None, (None, 15, None, 3, 0)),
    ("after one of unknown price", [UNPRICED, WELL], reply(), None, (None, 14, 24, 3, 0)),
    ("of unknown price", [BILLED, WELL], reply(None), None, (None, 110, 27, 4, 2)),
    ("none, billed", [BILLED], None, None, (33, 100, 7, 1, 2)),
    ("none, billed once", [FREE, BILLED], None, None, (33, 100, 7, 1, 2)),
    ("none, nobody answered", [FREE, FREE], None, None, (None, None, None, None, None)),
    ("none, tokens unknown", [OPEN], None, None, (None, None, None, 0, 0)),
    ("none, nobody was asked", [], None, None, (0, None, None, None, None)),
    ("from the cache", [], reply(), EXACT, (0, None, None, None, None)),
    ("by meaning", [EMBEDDED], reply(), SEMANTIC, (9, None, None, None, None)),
    ("embedded, then asked", [EMBEDDED, BILLED, WELL], reply(), MISS, (120_042, 110, 27, 4, 2)),
    ("embedded, then none", [EMBEDDED, FREE], None, None, (9, None, None, None, None)),
]


@pytest.mark.parametrize(
    ("attempts", "answer", "outcome", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_cost_and_tokens(
    attempts: list[Attempt], answer: Reply | None, outcome: CacheOutcome | None, expected: tuple[Any, ...]
) -> None:
    course = Course(id=CALLER.id, reply=answer, outcome=outcome)
    event = event_of(PROMPT, CALLER, course, attempts, None if answer else FAULT, content=False)
    found = (event.cost, event.input_tokens, event.output_tokens, event.cache_read_tokens, event.cache_write_tokens)
    assert found == expected


def test_retries_are_counted_and_what_was_billed_is_added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    billed = {"error": {"message": "no"}, "usage": {"prompt_tokens": 10, "completion_tokens": 5}}
    with application(tmp_path, monkeypatch) as app:
        app.server.then(lambda handler: handler.reply(503, json.dumps(billed).encode(), {"Retry-After": "0"}))
        assert app.prompts.call(app.prompts.get("answer"), text="x").complete().text == "SAY X"
        (row,) = app.rows()
    # 10 of 1 and 5 of 2 dollars a million, beside the answer's 120 millionths.
    assert (row["attempts"], row["cost"], row["input_tokens"], row["output_tokens"]) == (2, 140_000_000, 110, 25)

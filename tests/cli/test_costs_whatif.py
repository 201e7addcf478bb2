"""``costs whatif``: measured tokens at other prices, only where evidence covers the model; equal calls asked once."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptctl.core.prompts.canonical import digest
from promptctl.core.reporting.window import HOUR
from tests.cli.reporting import SINCE, as_json, ran
from tests.event_samples import NOON, event
from tests.event_stores import write_sqlite
from tests.support import STARTER, new_repository

SUITE = """\
models: [echo:echo, "echo:gpt-4.1-cheap"]
cases:
  - {name: says it, inputs: {ticket: refund}, expect: [{contains: refund}]}
  - {name: says more, inputs: {ticket: refund}, expect: [{contains: never}]}
"""
PRICES = """
[providers.relay]
kind = "openai"
base_url = "https://relay.example/v1"
models = ["gpt-4.1-cheap"]
[providers.relay.prices]
"gpt-4.1-cheap" = {input = 1, output = 2, cache_read = 0.5}
"""


def test_another_model_is_priced_where_evidence_covers_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from promptctl.adapters.repository import Repository

    new_repository(
        folder,
        STARTER
        | {
            "promptctl.toml": STARTER["promptctl.toml"] + PRICES,
            "prompts/support/triage/eval.yaml": SUITE,
        },
    )
    ran(capsys, "eval", "support/triage", "-C", str(folder), code=1)
    subject = digest(Repository(folder).work.closure("support/triage"))
    tokens = {"input_tokens": 1_000_000, "output_tokens": 500_000, "cache_read_tokens": 400_000}
    calls = [
        event(0, digest=subject, model="echo", cost=3 * 10**12, **tokens),
        event(1, digest=subject, model="echo", cost=0, cache="exact", saved=3 * 10**12, **tokens),
        event(2, digest=subject, model="echo", cost=None, **tokens),
        event(3, digest="sha256:" + "0" * 64, cost=7 * 10**12, **tokens),
    ]
    store = write_sqlite(folder / "e.sqlite3", calls)
    at = (*SINCE, "--store", store, "-C", str(folder))
    found = as_json(capsys, "costs", "whatif", "--model", "gpt-4.1-cheap", *at)
    evaluated, other = found["lines"]
    # 600,000 x $1 + 400,000 x $0.50 + 500,000 x $2 a million.
    assert (evaluated["calls"], evaluated["now"], evaluated["then"]) == (1, "3", "1.8")
    assert evaluated["evidence"] == evaluated["own_evidence"] == {"passed": 1, "cases": 2}
    assert (other["calls"], other["now"], other["then"], other["evidence"]) == (1, "7", None, None)
    assert (found["now"], found["then"]) == ("3", "1.8")
    assert "not evaluated" in ran(capsys, "costs", "whatif", "--model", "gpt-4.1-cheap", *at)
    assert "is unknown" in ran(capsys, "costs", "whatif", "--model", "nothing-known", *at, code=2)
    assert "error[PC001]" in ran(capsys, "costs", "whatif", *at, code=2)


def test_equal_calls_would_have_been_asked_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    start = NOON - NOON % (24 * HOUR)
    asked = [("a", 0, 5), ("a", 1, 7), ("a", 30, 2), ("b", 2, 11), (None, 3, 100)]
    calls = [
        event(number, at=start + hours * HOUR, cost=cost * 10**12, inputs=None if text is None else {"ticket": text})
        for number, (text, hours, cost) in enumerate(asked)
    ]
    store = write_sqlite(folder / "e.sqlite3", calls)
    found = as_json(capsys, "costs", "whatif", "--cache", "24h", *SINCE, "--store", store, "-C", str(folder))
    (line,) = found["lines"]
    # Of the two of one day the dearer is asked for; the one of the day after, and the one without inputs, stay.
    assert (line["calls"], line["now"], line["then"]) == (4, "25", "20")

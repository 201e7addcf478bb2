"""Calls whose reports are kept word for word, and the program run over them in this process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from promptctl.cli.app import main
from promptctl.core.events.event import Event, Score
from promptctl.core.reporting.window import DAY, HOUR
from tests.event_samples import NOON, event, score

SINCE = ("--since", "2025-11-01")
_MODELS = (("gpt-4.1", "openai", 3), ("claude-sonnet-4-5", "anthropic", 5), ("llama-own", "relay", None))


def shop_calls() -> list[Event]:
    """Three days of a shop: two versions, three models, one of them without a price, some answers from the cache."""
    calls = []
    for number in range(60):
        model, provider, price = _MODELS[number % 3]
        fields: dict[str, Any] = {
            "at": NOON + (number % 3) * DAY + number * HOUR // 60,
            "model": model,
            "provider": provider,
            "version": "1.2.0" if number % 4 else "1.3.0",
            "prompt": "support/triage" if number % 5 else "text/summary",
            "cost": None if price is None else price * 10**9 + number * 10**6,
            "input_tokens": 400 + number,
            "output_tokens": 20,
            "cache_read_tokens": 100 if provider == "openai" else None,
            "latency_ms": 500.0 + 10 * number,
            "attributes": {"region": "eu" if number % 2 else "us"},
        }
        if number % 10 == 9:
            fields |= {"cache": "exact", "saved": 4 * 10**9, "cost": 0, "attempts": 0}
        if number % 20 == 7:
            fields |= {"status": "rate-limited", "cost": None, "output_tokens": None}
        calls.append(event(number, **fields))
    return calls


def shop_scores() -> list[Score]:
    """What users and a scorer said of the calls: version 1.3.0 is worse."""
    scores = []
    for number in range(60):
        good = number % 7 != 0 if number % 4 else number % 8 == 0
        scores.append(score(number, name="resolved", value=float(good)))
        if number % 2:
            scores.append(score(number, name="helpful", value=0.5 + number % 10 / 20, source="online"))
    return scores


def ran(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    """What the program prints, having ended with that exit code."""
    ended = main(list(arguments))
    shown = capsys.readouterr()
    assert ended == code, shown
    return shown.out if code == 0 or shown.out else shown.err


def as_json(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> Any:
    """The data that the program prints for programs."""
    return json.loads(ran(capsys, *arguments, "--json", code=code))["data"]


def folder_of(path: Path) -> str:
    path.mkdir(parents=True, exist_ok=True)
    return str(path)

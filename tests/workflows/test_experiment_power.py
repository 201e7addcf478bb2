"""What an experiment needs, by the calls that a store has, or by the plan alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from promptctl.adapters.repository import Repository
from promptctl.adapters.state import read_state
from promptctl.core.reporting.window import microseconds
from tests.event_samples import event, score
from tests.event_stores import write_sqlite
from tests.experiments import TONE, draft
from tests.shipping import NAME, done, line, refused
from tests.support import GitRepository


def _history(repository: GitRepository, path: Path) -> str:
    """Ten days with forty new units each, of two calls that fare alike; half of the units are resolved."""
    pointer = read_state(Repository(repository.folder)).live("staging", NAME)
    assert pointer
    first = datetime.now(UTC) - timedelta(days=10) + timedelta(minutes=1)
    events, scores = [], []
    for number in range(400):
        for call in (number * 2, number * 2 + 1):
            at = microseconds(first + timedelta(days=number // 40, seconds=call))
            served = {"environment": "staging", "digest": pointer.served.digest, "prompt": NAME}
            events.append(event(call, at=at, unit=f"u{number}", **served))
            scores.append(score(call, at=at, value=float(number % 2)))
    return write_sqlite(path, events, scores)


def test_power_by_history_and_by_the_plan_alone(tmp_path: Path) -> None:
    repository = line(tmp_path, staged=("1.0.0", "1.1.0"))
    store = _history(repository, tmp_path / "events.db")
    draft(repository, ("  baseline: 0.5\n", ""))
    found = done(repository, "experiment", "power", TONE, "--store", store, "--json").data
    assert (found["baseline"], found["guessed"], found["sample"]) == (0.5, False, 1000)
    assert found["traffic"] == {"1": 40, "2": 80, "3": 120, "7": 280}
    assert found["days"] == 25
    planned = next(it for it in found["needed"] if it["effect"] == 0.1)
    # Both calls of a unit fare alike, so that its spread is that of one yes or no: 0.25 a unit.
    assert 780 <= planned["units"] <= 820
    assert planned["days"] == planned["units"] / 40
    text = done(repository, "experiment", "power", TONE, "--store", store).out
    assert "<- planned" in text
    assert "the planned sample of 1,000 shows an effect of 0.089" in text
    none = "sqlite:" + str(tmp_path / "none.db")
    refused(repository, "experiment", "power", TONE, "--store", none, error="PC262")
    refused(repository, "experiment", "power", "tune", code=2, error="PC255")
    draft(repository, ("  sample: 1000\n", ""))
    guessed = done(repository, "experiment", "power", TONE, "--store", none, "--json").data
    assert (guessed["guessed"], guessed["days"], guessed["sample"]) == (True, None, None)
    assert "there are no events" in guessed["missing"]
    started = done(repository, "experiment", "start", TONE, "--store", store, "--json").data
    assert started["counting"]["sample"] == planned["units"]

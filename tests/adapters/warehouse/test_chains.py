"""A chain is one call, however many steps it took: for rules, and for the units of experiments and rollouts."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptctl.adapters.warehouse.health import Calls, side
from promptctl.adapters.warehouse.units import units_of
from promptctl.core.events.event import Event
from promptctl.core.experiments.counted import Measure, Population
from tests.event_samples import NOON, event, score
from tests.event_stores import opened, write_duckdb, write_postgresql, write_sqlite

COST, ERRORS = Measure("cost", "ratio"), Measure("error_rate", "ratio")
DOLLAR = 10**12


def chain(number: int, *statuses: str, of: int = 3, cost: int | None = DOLLAR) -> list[Event]:
    """A call of so many steps; fewer where one of them ended it. The last has the call's id."""
    ids = [event(number).id if step == of - 1 else f"{event(number).id}-{step}" for step in range(len(statuses))]
    usual = {"at": event(number).at, "unit": f"u{number}", "arm": "control", "split": "tone", "reason": "split"}
    return [
        event(
            id=name,
            parent=None if step == of - 1 else event(number).id,
            step=f"s{step}",
            status=status,
            latency_ms=100.0,
            cost=cost if step else DOLLAR,
            **usual,
        )
        for step, (name, status) in enumerate(zip(ids, statuses, strict=True))
    ]


EVENTS = [
    *chain(1, "ok", "ok", "ok"),
    *chain(2, "ok", "failing"),
    *chain(3, "ok", "ok", "ok", cost=None),
    *chain(4, "ok", "cancelled"),
    event(5, unit="u5", arm="control", split="tone", reason="split", latency_ms=50.0, cost=DOLLAR),
]


def check(store: str) -> None:
    with opened(store) as warehouse:
        digest = str(EVENTS[0].digest)
        chosen = Calls(prompt="support/triage", environment="prod", digest=digest, since=NOON, until=NOON + 10**9)
        found = side(warehouse, chosen, "1.2.0")
        population = Population(
            id="tone", prompt="support/triage", environment="prod", arms=("control",), since=NOON, until=NOON + 10**9
        )
        units = units_of(warehouse, population, (COST, ERRORS)).arms["control"]
    assert (found.calls, found.errors, found.scores["resolved"].count) == (4, 1, 1)
    assert (found.cost.count, found.cost.total, found.latency["latency_p95"].estimate) == (3, 6.0, 300.0)
    assert (units.units, units.calls, units.cancelled) == (5, 5, 1)
    # What a cancelled call cost is known, and counts.
    assert (units.sums[COST].x, units.sums[COST].y) == (8.0, 4.0)
    assert (units.sums[ERRORS].x, units.sums[ERRORS].y) == (1.0, 4.0)


def test_a_chain_is_one_call(tmp_path: Path) -> None:
    check(write_sqlite(tmp_path / "e.sqlite3", EVENTS, [score(1)]))
    check(write_duckdb(tmp_path / "e.duckdb", EVENTS, [score(1)]))


@pytest.mark.services
def test_a_chain_is_one_call_for_postgresql_as_well(postgres: str) -> None:
    check(write_postgresql(postgres, EVENTS, [score(1)]))

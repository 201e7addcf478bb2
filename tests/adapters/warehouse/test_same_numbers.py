"""Every engine gives the numbers that plain Python gives, over the same generated calls."""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from promptctl.adapters.warehouse.costs import cost_parts
from promptctl.adapters.warehouse.quality import call_groups, score_groups
from promptctl.adapters.warehouse.warehouse import Warehouse
from promptctl.core.events.event import Event, Score
from promptctl.core.reporting.cost import BILLED, HITS, CostReport, cost_report
from promptctl.core.reporting.window import DAY, HOUR, MINUTE, Grouping, Window
from tests.adapters.warehouse.same_inputs import check_inputs
from tests.adapters.warehouse.same_prefixes import check_prefixes
from tests.adapters.warehouse.same_units import check_units
from tests.event_samples import NOON, event
from tests.event_stores import copy_parquet, opened, write_duckdb, write_jsonl, write_postgresql, write_sqlite

_NAMES = st.sampled_from(["gpt-4.1", "Ünï ☃", 'it\'s "quoted"\\n', "", "a", "B"])
_TOKENS = st.none() | st.integers(0, 200_000)
_MONEY = st.none() | st.integers(0, 10**12) | st.integers(2**60, 2**63 - 1)
_SEGMENTS = st.sampled_from(
    [None, {}, {"region": "eu"}, {"region": "☃'s"}, {"region": 7}, {"region": True}, {"x": None}]
)


@st.composite
def calls(draw: st.DrawFn) -> list[Event]:
    made = []
    for number in range(draw(st.sampled_from([0, 1, 12, 25]))):
        fields: dict[str, Any] = {
            "at": NOON + draw(st.integers(0, 5 * DAY) | st.integers(0, 5 * MINUTE)),
            "model": draw(st.none() | _NAMES),
            "prompt": draw(st.sampled_from(["support/triage", "text/summary"])),
            "version": draw(st.sampled_from([None, "1.0.0", "1.10.0"])),
            "status": draw(st.sampled_from(["ok", "ok", "timeout", "rate-limited", "cancelled"])),
            "cost": draw(_MONEY),
            "saved": draw(_MONEY),
            "cache": draw(st.sampled_from([None, "miss", "exact", "semantic"])),
            "latency_ms": draw(st.none() | st.floats(0, 60_000, allow_nan=False)),
            "attributes": draw(_SEGMENTS),
            "split": draw(st.sampled_from(["tone", "tone", "tone", None, "other"])),
            "arm": draw(st.sampled_from(["control", "friendly", "friendly", "gone"])),
            "unit": draw(st.none() | st.sampled_from("abcdefghi")),
            "reason": draw(
                st.sampled_from(["split", "split", "split fallback", "forced", "shadow", "pointer no-unit"])
            ),
            "inputs": draw(st.none() | st.sampled_from([{}, {"ticket": "☃ 'late'"}])),
            **{f"{kind}_tokens": draw(_TOKENS) for kind in ("input", "output", "cache_read", "cache_write")},
        }
        made.append(event(number, **fields))
    return made


@st.composite
def scored_calls(draw: st.DrawFn) -> tuple[list[Event], list[Score]]:
    events = draw(calls())
    scores = []
    for place, it in enumerate(events):
        for name in draw(st.sets(st.sampled_from(["resolved", "helpful"]))):
            value = draw(st.none() | st.sampled_from([0.0, 1.0]) if name == "resolved" else st.floats(0, 1))
            scores.append(Score(event=it.id, name=name, at=NOON + place, value=value))
    return events, scores


@contextmanager
def stores(
    folder: Path, postgres: str, events: Sequence[Event], scores: Sequence[Score] = ()
) -> Iterator[dict[str, Warehouse]]:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    database = write_duckdb(folder / "events.duckdb", events, scores)
    found = {
        "sqlite": opened(write_sqlite(folder / "events.sqlite3", events, scores)),
        "parquet": opened(copy_parquet(folder / "events.duckdb", folder / "parquet")),
        "duckdb": opened(database),
        "jsonl": opened(write_jsonl(folder / "jsonl", events, scores)),
        "postgresql": opened(write_postgresql(postgres, events, scores)),
    }
    try:
        yield found
    finally:
        for warehouse in found.values():
            warehouse.connection.close()


GROUPINGS = [
    Grouping(),
    Grouping(columns=("model",)),
    Grouping(columns=("prompt", "version")),
    Grouping(unit="hour"),
    Grouping(columns=("version",), attributes=("region",), unit="day"),
]
ENOUGH = 100


def expected_cost(events: Sequence[Event]) -> dict[str, int | None]:
    def told(values: Sequence[int | None]) -> int | None:
        known = [value for value in values if value is not None]
        return sum(known) if known else None

    return {
        "calls": len(events),
        "unpriced": sum(it.cost is None and it.status in BILLED for it in events),
        "hits": sum(it.cache in HITS for it in events),
        "input": told([it.input_tokens for it in events]),
        "output": told([it.output_tokens for it in events]),
        "cache_read": told([it.cache_read_tokens for it in events]),
        "cache_write": told([it.cache_write_tokens for it in events]),
        "cost": told([it.cost for it in events]) or 0,
        "saved": told([it.saved for it in events]) or 0,
    }


def attribute(it: Event, name: str) -> str:
    value = (it.attributes or {}).get(name)
    return {True: "true", False: "false", None: ""}.get(value, str(value)) if not isinstance(value, str) else value


def key(it: Event, grouping: Grouping) -> tuple[Any, ...]:
    unit = {"day": DAY, "hour": HOUR, None: None}[grouping.unit]
    columns = [getattr(it, name) or "" for name in grouping.columns]
    return (unit and it.at - it.at % unit, *columns, *(attribute(it, name) for name in grouping.attributes))


def found_lines(report: CostReport) -> dict[tuple[Any, ...], dict[str, Any]]:
    return {
        (line.start, *(line.keys or ())): {name: getattr(line.amounts, name) for name in expected_cost([])}
        for line in report.lines
    }


def check_costs(warehouses: dict[str, Warehouse], events: list[Event], grouping: Grouping) -> None:
    wanted: dict[tuple[Any, ...], Any] = {}
    for it in events if grouping.names or grouping.unit else []:
        wanted.setdefault(key(it, grouping), []).append(it)
    for engine, warehouse in warehouses.items():
        report = cost_report(cost_parts(warehouse, Window(), grouping, ENOUGH), grouping)
        assert found_lines(report) == {group: expected_cost(held) for group, held in wanted.items()}, engine
        total = {name: getattr(report.total, name) for name in expected_cost([])}
        assert total == expected_cost(events), engine
        assert sum(report.days) == report.total.cost


def quantile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    at = (len(ordered) - 1) * share
    low, high = ordered[math.floor(at)], ordered[math.ceil(at)]
    return low + (high - low) * (at - math.floor(at))


def check_quality(
    warehouses: dict[str, Warehouse], events: list[Event], scores: list[Score], grouping: Grouping
) -> None:
    groups: dict[tuple[Any, ...], list[Event]] = {}
    for it in events:
        groups.setdefault(key(it, grouping), []).append(it)
    calls = {it.id: it for it in events}
    scored: dict[tuple[Any, ...], list[float]] = {}
    for score in scores:
        if score.value is not None:
            scored.setdefault((*key(calls[score.event], grouping), score.name), []).append(score.value)
    for engine, warehouse in warehouses.items():
        found = {(it.start, *it.keys): it for it in call_groups(warehouse, Window(), grouping, ENOUGH)}
        assert found.keys() == groups.keys(), engine
        for group, held in groups.items():
            times = [it.latency_ms for it in held if it.latency_ms is not None]
            costs = [it.cost for it in held if it.cost is not None]
            mine = found[group]
            assert (mine.calls, mine.priced, mine.cost) == (len(held), len(costs), sum(costs)), engine
            assert mine.errors == sum(call.status not in ("ok", "cancelled") for call in held), engine
            wanted = [quantile(times, share) for share in (0.5, 0.95, 0.99)] if times else None
            assert (mine.latencies and list(mine.latencies)) == (wanted and pytest.approx(wanted)), engine
        sums = {(it.start, *it.keys, it.name): it for it in score_groups(warehouse, Window(), grouping, None)}
        assert sums.keys() == scored.keys(), engine
        for group, values in scored.items():
            its = sums[group]
            assert (its.sums.count, its.ones, its.zeros) == (len(values), values.count(1.0), values.count(0.0))
            assert its.sums.total == pytest.approx(sum(values)), engine
            assert its.sums.squares == pytest.approx(sum(value * value for value in values)), engine


def few(number: int) -> settings:
    return settings(max_examples=number, suppress_health_check=list(HealthCheck), phases=[Phase.generate])


def check(folder: Path, url: str, made: tuple[list[Event], list[Score]], grouping: Grouping) -> None:
    with stores(folder, url, *made) as warehouses:
        check_costs(warehouses, made[0], grouping)
        check_quality(warehouses, *made, grouping)
        check_prefixes(warehouses, made[0])
        check_units(warehouses, *made)
        check_inputs(warehouses, made[0])


@pytest.mark.services
@few(1)
@given(made=scored_calls(), grouping=st.sampled_from(GROUPINGS))
def test_costs_and_quality(
    tmp_path: Path, postgres: str, made: tuple[list[Event], list[Score]], grouping: Grouping
) -> None:
    check(tmp_path / "stores", postgres, made, grouping)


@pytest.mark.long
@pytest.mark.services
@pytest.mark.timeout(1800)
@few(200)
@given(made=scored_calls(), grouping=st.sampled_from(GROUPINGS))
def test_costs_and_quality_of_many(
    tmp_path: Path, postgres: str, made: tuple[list[Event], list[Score]], grouping: Grouping
) -> None:
    check(tmp_path / "stores", postgres, made, grouping)

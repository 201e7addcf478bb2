"""The numbers of one version's calls: by hand, the same on every engine, and what does not count."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from statistics import fmean

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from promptctl.adapters.warehouse.call import event_of
from promptctl.adapters.warehouse.health import Calls, side
from promptctl.adapters.warehouse.live import ProviderTraffic, Seen, seen_since, traffic_of_providers
from promptctl.core.events.event import Event, Score
from promptctl.core.splits.health import LEVEL, Rule, Side, judge
from promptctl.core.statistics.interval import Interval
from promptctl.core.statistics.two_samples import quantile_ranks
from tests.event_samples import NOON, event, score
from tests.event_stores import opened, write_duckdb, write_postgresql, write_sqlite

DIGEST = "sha256:" + "ab" * 32
ALL = Calls(prompt="support/triage", environment="prod", digest=DIGEST, since=NOON, until=NOON + 10**9)


def seen(store: str, chosen: Calls = ALL) -> Side:
    with opened(store) as warehouse:
        return side(warehouse, chosen, "1.2.0")


def test_a_side_by_hand(tmp_path: Path) -> None:
    calls = [event(it, latency_ms=float(it), cost=it * 10**12) for it in range(1, 101)]
    calls += [
        event(101, status="timeout", latency_ms=9999.0, cost=None),
        event(102, status="cancelled"),
        event(103, status="app", latency_ms=9.0, cost=None),
        event(104, digest="sha256:" + "0" * 64),
        event(105, environment="staging"),
        event(106, prompt="other"),
        event(107, at=ALL.until),
        event(108, at=ALL.since - 1),
        event(109, status="app", reason="forced"),
        event(110, status="app", reason="shadow, renamed"),
        event(111, status="app", reason="judge"),
    ]
    scores = [score(1), score(2, value=0.0), score(3, value=None), score(104), score(4, name="helpful", value=0.25)]
    found = seen(write_sqlite(tmp_path / "e.sqlite3", calls, scores))
    assert (found.calls, found.errors) == (102, 2)
    assert {name: quantile.estimate for name, quantile in found.latency.items()} == {
        "latency_p95": 95.0,
        "latency_p99": 99.0,
    }
    bounds = {name: quantile.bounds for name, quantile in found.latency.items()}
    ranks = quantile_ranks(100, 0.95, LEVEL)
    assert ranks is not None
    assert bounds == {"latency_p95": Interval(*map(float, ranks)), "latency_p99": None}
    assert (found.cost.count, found.cost.total, found.cost.squares) == (100, 5050.0, 338350.0)
    assert {name: (it.count, it.total, it.squares) for name, it in found.scores.items()} == {
        "resolved": (2, 1.0, 1.0),
        "helpful": (1, 0.25, 0.0625),
    }


@pytest.mark.parametrize("value", [1e200, -1e200, math.inf, math.nan])
def test_one_score_beyond_all_sums_hides_no_drop(tmp_path: Path, value: float) -> None:
    other = "sha256:" + "0" * 64
    calls = [event(it, digest=(DIGEST, other)[it % 2]) for it in range(60)]
    scores = [score(it, value=(0.3, 0.9)[it % 2] + it / 1000) for it in range(60)]
    stores = [write_duckdb(tmp_path / "e.duckdb", calls, [*scores, score(0, at=NOON + 1, value=value)])]
    if math.isfinite(value):
        stores.append(write_sqlite(tmp_path / "e.sqlite3", calls, [*scores, score(0, at=NOON + 1, value=value)]))
    rule = Rule(metric="quality:resolved", allowed=0.05)
    for store in stores:
        (found,) = judge(seen(store), seen(store, replace(ALL, digest=other)), [rule])
        assert found.outcome == "worse"


def test_nothing_is_a_side_too(tmp_path: Path) -> None:
    assert seen(write_sqlite(tmp_path / "e.sqlite3", [])) == Side(label="1.2.0")


_CALLS = st.lists(
    st.builds(
        lambda latency, cost, status: {"latency_ms": latency, "cost": cost, "status": status},
        st.none() | st.floats(0, 1e5, allow_nan=False),
        st.none() | st.integers(0, 10**13),
        st.sampled_from(["ok", "ok", "timeout", "cancelled"]),
    ),
    max_size=60,
)


@given(_CALLS)
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_engines_agree_with_plain_python(
    tmp_path_factory: pytest.TempPathFactory, made: list[dict[str, object]]
) -> None:
    folder = tmp_path_factory.mktemp("engines")
    calls = [event(number, **fields) for number, fields in enumerate(made)]
    scores = [score(number, value=number / 7) for number in range(0, len(calls), 2)]
    sides = [
        seen(write_sqlite(folder / "e.sqlite3", calls, scores)),
        seen(write_duckdb(folder / "e.duckdb", calls, scores)),
    ]
    assert_sides(calls, scores, sides)


@pytest.mark.services
def test_postgresql_agrees_as_well(postgres: str) -> None:
    calls = [event(it, latency_ms=float(it * 37 % 101), cost=it * 10**11 or None) for it in range(300)]
    scores = [score(number, value=number / 7) for number in range(0, 300, 2)]
    assert_sides(calls, scores, [seen(write_postgresql(postgres, calls, scores))])


def assert_sides(calls: list[Event], scores: list[Score], sides: list[Side]) -> None:
    counted = [it for it in calls if it.status != "cancelled"]
    latencies = sorted(it.latency_ms for it in counted if it.status == "ok" and it.latency_ms is not None)
    costs = [it.cost / 10**12 for it in counted if it.cost is not None]
    kept = {it.id for it in counted}
    values = [it.value for it in scores if it.event in kept and it.value is not None]
    for found in sides:
        assert (found.calls, found.errors) == (len(counted), sum(it.status != "ok" for it in counted))
        assert found.cost.count == len(costs)
        assert math.isclose(found.cost.mean or 0, fmean(costs) if costs else 0, rel_tol=1e-9)
        assert set(found.latency) == ({"latency_p95", "latency_p99"} if latencies else set())
        if latencies:
            assert found.latency["latency_p95"].estimate == latencies[-(-95 * len(latencies) // 100) - 1]
        assert sum(it.count for it in found.scores.values()) == len(values)


def test_what_was_seen_of_each_version(tmp_path: Path) -> None:
    calls = [
        event(1),
        event(2, status="timeout"),
        event(3, version="1.1.0", digest="sha256:" + "1" * 64),
        event(4, reason="forced, no-unit"),
        event(5, environment=None),
        event(6, at=NOON - 1),
        event(7, reason="shadow fallback"),
    ]
    with opened(write_sqlite(tmp_path / "e.sqlite3", calls)) as warehouse:
        found = seen_since(warehouse, NOON)
        assert event_of(warehouse, calls[1].id) == calls[1]
        assert event_of(warehouse, "01K" + "9" * 23) is None
    assert found == [
        Seen(
            environment="prod",
            prompt="support/triage",
            version=version,
            digest=digest,
            calls=number,
            errors=errors,
            last=NOON + last * 1_000_000,
        )
        for version, digest, number, errors, last in (
            ("1.1.0", "sha256:" + "1" * 64, 1, 0, 3),
            ("1.2.0", DIGEST, 2, 1, 2),
        )
    ]


def test_how_each_provider_answered(tmp_path: Path) -> None:
    calls = [event(it, latency_ms=float(it), provider="a") for it in range(1, 101)]
    calls += [event(101, provider="a", status="failing"), event(102, provider="a", status="cancelled")]
    calls += [event(103, provider="b", status="timeout"), event(104, provider=None), event(105, at=NOON - 1)]
    stores = write_sqlite(tmp_path / "e.sqlite3", calls), write_duckdb(tmp_path / "e.duckdb", calls)
    for store in stores:
        with opened(store) as warehouse:
            assert traffic_of_providers(warehouse, NOON) == {
                "a": ProviderTraffic(provider="a", calls=101, errors=1, p95_ms=95.0),
                "b": ProviderTraffic(provider="b", calls=1, errors=1, p95_ms=None),
            }

"""Which calls count for an experiment, and what of units is added up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from promptctl.adapters.warehouse.unit_traffic import unit_traffic
from promptctl.adapters.warehouse.units import units_of
from promptctl.core.events.event import Event
from promptctl.core.experiments.counted import Counted, Left, Measure, Population
from promptctl.core.reporting.window import DAY
from promptctl.errors import UsageError
from tests.event_samples import NOON, event, score
from tests.event_stores import opened, write_sqlite

CALLS, P95 = Measure("calls", "mean"), Measure("latency_p95", "quantile")


def asked(folder: Path, events: list[Event], *measures: Measure, **fields: Any) -> Counted:
    usual: dict[str, Any] = {
        "id": "tone",
        "prompt": "support/triage",
        "environment": "prod",
        "arms": ("control", "friendly"),
        "since": NOON,
        "until": NOON + 10**9,
    }
    with opened(write_sqlite(folder / "events.sqlite3", events, [score(number) for number in range(3)])) as store:
        return units_of(store, Population(**usual | fields), measures)


def served(number: int, unit: str | None, arm: str, **fields: Any) -> Event:
    return event(number, unit=unit, arm=arm, **{"split": "tone", "reason": "split"} | fields)


def test_what_does_not_count_is_counted_by_its_reason(tmp_path: Path) -> None:
    found = asked(
        tmp_path,
        [
            served(1, "a", "control"),
            served(2, "a", "control", status="cancelled"),
            served(3, "a", "control", reason="forced", latency_ms=1e6),
            served(4, "b", "friendly", reason="shadow"),
            served(5, None, "friendly"),
            event(6, unit=None, reason="pointer no-unit"),
            served(7, "c", "control"),
            served(8, "c", "friendly"),
            served(9, "d", "former"),
            event(10, unit="e", reason="pointer"),
            event(11, unit="e", split="earlier", arm="control", reason="split"),
            served(12, "a", "control", prompt="another"),
            served(13, "a", "control", environment="staging"),
            served(14, "a", "control", at=NOON - 1),
            served(15, "a", "control", at=NOON + 10**9),
        ],
        CALLS,
    )
    assert found.left == {
        "forced": Left(calls=1),
        "shadow": Left(calls=1),
        "no unit": Left(calls=2),
        "several arms": Left(calls=2, units=1),
        "unknown arm": Left(calls=1),
        "elsewhere": Left(calls=2),
    }
    control = found.arms["control"]
    assert (control.units, control.calls, control.cancelled) == (1, 2, 1)
    assert (control.sums[CALLS].x, control.sums[CALLS].y, control.sums[CALLS].xx) == (2.0, 1.0, 4.0)
    assert found.arms["friendly"].units == 0


def test_calls_of_no_known_digest_are_not_those_of_the_one_asked_for(tmp_path: Path) -> None:
    own = event(1, unit="a")
    others = [event(2, unit="b", digest=None), event(3, unit="c", digest="sha256:" + "0" * 64)]
    found = asked(tmp_path, [own, *others], CALLS, arms=("control",), digest=own.digest)
    assert (found.arms["control"].units, found.left["elsewhere"].calls) == (1, 2)


@pytest.mark.parametrize(("units", "reach"), [(10, {1: 10}), (101, {1: 100}), (199, {1: 100}), (201, {1: 100, 2: 200})])
def test_a_pace_is_told_by_whole_days(tmp_path: Path, units: int, reach: dict[int, int]) -> None:
    until = NOON + 40 * DAY
    calls = [event(it, unit=f"u{it}", at=until - it * DAY // 100 - 1) for it in range(units)]
    with opened(write_sqlite(tmp_path / "events.sqlite3", calls)) as store:
        assert unit_traffic(store, "support/triage", "prod", until).reach == reach


def test_units_whose_segment_changed_stand_apart(tmp_path: Path) -> None:
    events = [
        served(1, "a", "control", attributes={"plan": "pro"}),
        served(2, "b", "control", attributes={"plan": "free"}),
        served(3, "b", "control", attributes={"plan": "pro"}),
        served(4, "c", "friendly"),
    ]
    found = asked(tmp_path, events, CALLS, segments=("plan",)).segments["plan"]
    assert {value: {arm: it.units for arm, it in arms.items()} for value, arms in found.items()} == {
        "pro": {"control": 1, "friendly": 0},
        None: {"control": 1, "friendly": 0},
        "": {"control": 0, "friendly": 1},
    }


def test_segments_with_a_value_for_each_unit_are_refused(tmp_path: Path) -> None:
    events = [served(number, f"u{number}", "control", attributes={"id": number}) for number in range(20_001)]
    with pytest.raises(UsageError, match="20,000 combinations"):
        asked(tmp_path, events, CALLS, segments=("id",), until=NOON + 10**12)


def test_a_segment_that_no_engine_can_look_up_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot name an attribute"):
        asked(tmp_path, [served(1, "a", "control")], CALLS, segments=('pl"an',))


def test_quantiles_leave_units_in_several_arms_out(tmp_path: Path) -> None:
    own = [served(number, f"u{number % 40}", "control", latency_ms=number % 97 + 1.0) for number in range(400)]
    alone = asked(tmp_path / "alone", own, P95).arms["control"]
    slow = [served(400 + place, "s", arm, latency_ms=9e5) for place, arm in enumerate(("control", "friendly"))]
    assert asked(tmp_path / "both", own + slow, P95).arms["control"] == alone
    assert alone.sums[P95].estimate == 92.0


def test_a_unit_that_a_step_moved_counts_in_both_arms_by_its_calls_there(tmp_path: Path) -> None:
    events = [
        served(0, "a", "control", latency_ms=10.0),
        served(1, "a", "friendly", latency_ms=30.0),
        served(2, "a", "friendly", latency_ms=30.0),
        served(3, "b", "friendly", latency_ms=30.0),
    ]
    quality = Measure("quality:resolved", "ratio")
    found = asked(tmp_path / "moved", events, CALLS, P95, quality, moved=True)
    assert {arm: (it.units, it.calls, it.sums[quality].y) for arm, it in found.arms.items()} == {
        "control": (1, 1, 1.0),
        "friendly": (2, 3, 2.0),
    }
    assert found.left["several arms"] == Left()
    assert asked(tmp_path / "left", events, CALLS).arms["control"].units == 0


def test_without_calls_there_are_no_units(tmp_path: Path) -> None:
    found = asked(tmp_path, [], CALLS, P95)
    assert [(it.units, it.sums) for it in found.arms.values()] == [(0, {}), (0, {})]
    assert set(found.left.values()) == {Left()}

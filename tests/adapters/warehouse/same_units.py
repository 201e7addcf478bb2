"""An experiment's units counted in plain Python."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple
from typing import Any

import pytest

from promptctl.adapters.warehouse.units import units_of
from promptctl.adapters.warehouse.warehouse import Warehouse
from promptctl.core.events.event import Event, Score
from promptctl.core.experiments.counted import ArmUnits, Measure, Population
from promptctl.core.experiments.quantile_places import Places, quantile_sums
from promptctl.core.experiments.samples import UnitSums
from promptctl.core.reporting.window import DAY
from tests.event_samples import NOON
from tests.unit_sums import sums_of_pairs

ARMS = ("control", "friendly")
POPULATION = Population(
    id="tone",
    prompt="support/triage",
    environment="prod",
    arms=ARMS,
    since=NOON + 1,
    until=NOON + 4 * DAY,
    segments=("region",),
)
MEASURES = (
    Measure("error_rate", "ratio"),
    Measure("error_rate", "proportion"),
    Measure("latency", "ratio"),
    Measure("latency", "mean"),
    Measure("latency_p95", "quantile"),
    Measure("latency_p99", "quantile"),
    Measure("cost", "ratio"),
    Measure("cost", "mean"),
    Measure("calls", "mean"),
    Measure("calls", "ratio"),
    Measure("quality:resolved", "ratio"),
    Measure("quality:resolved", "proportion"),
    Measure("quality:helpful", "mean"),
)


def check_units(warehouses: Mapping[str, Warehouse], events: Sequence[Event], scores: Sequence[Score]) -> None:
    chosen = [it for it in events if it.prompt == "support/triage" and NOON < it.at < NOON + 4 * DAY]
    reasons: dict[str, list[Event]] = {}
    for it in chosen:
        reasons.setdefault(_reason(it), []).append(it)
    by_unit: dict[str, list[Event]] = {}
    for it in reasons.pop("counted", []):
        by_unit.setdefault(it.unit or "", []).append(it)
    astray = {unit for unit, calls in by_unit.items() if len({it.arm for it in calls}) > 1}
    left = {reason: (len(calls), 0) for reason, calls in reasons.items()}
    if astray:
        left["several arms"] = (sum(len(by_unit[unit]) for unit in astray), len(astray))
    held = [calls for unit, calls in by_unit.items() if unit not in astray]
    for engine, warehouse in warehouses.items():
        found = units_of(warehouse, POPULATION, MEASURES)
        assert {reason: (it.calls, it.units) for reason, it in found.left.items() if it.calls} == left, engine
        _same(found.arms, held, scores, MEASURES, engine)
        values = {_segment(calls) for calls in held}
        assert found.segments["region"].keys() == values, engine
        for value in values:
            chosen_units = [calls for calls in held if _segment(calls) == value]
            told = [it for it in MEASURES if it.kind != "quantile"]
            _same(found.segments["region"][value], chosen_units, scores, told, engine)


def _reason(it: Event) -> str:
    reason, inside = it.reason or "", it.split == "tone"
    if reason.startswith("forced"):
        return "forced"
    if reason.startswith("shadow"):
        return "shadow"
    if "no-unit" in reason or (inside and it.unit is None):
        return "no unit"
    if not inside:
        return "elsewhere"
    return "counted" if it.arm in ARMS else "unknown arm"


def _segment(calls: Sequence[Event]) -> str | None:
    spelled = {True: "true", False: "false", None: ""}
    found = {(it.attributes or {}).get("region") for it in calls}
    values = {it if isinstance(it, str) else spelled.get(it, str(it)) for it in found}
    return values.pop() if len(values) == 1 else None


def _same(
    found: Mapping[str, ArmUnits],
    units: Iterable[Sequence[Event]],
    scores: Sequence[Score],
    measures: Sequence[Measure],
    engine: str,
) -> None:
    by_arm: dict[str, list[Sequence[Event]]] = {arm: [] for arm in ARMS}
    for calls in units:
        by_arm[calls[0].arm or ""].append(calls)
    assert found.keys() == by_arm.keys()
    for arm, held in by_arm.items():
        its = found[arm]
        made = [it for calls in held for it in calls]
        cancelled = sum(it.status == "cancelled" for it in made)
        assert (its.units, its.calls, its.cancelled) == (len(held), len(made), cancelled), engine
        for measure in measures if held else ():
            wanted = _sums(measure, held, scores)
            given = its.sums.get(measure)
            assert (given is None) == (wanted is None), (engine, measure)
            if given and wanted:
                assert list(astuple(given)) == pytest.approx(list(astuple(wanted)), rel=1e-9, abs=1e-12), (
                    engine,
                    measure,
                )


def _sums(measure: Measure, units: Sequence[Sequence[Event]], scores: Sequence[Score]) -> UnitSums | None:
    if measure.kind == "quantile":
        return _quantile(0.95 if measure.metric == "latency_p95" else 0.99, units)
    pairs = [_pair(measure.metric, calls, scores) for calls in units]
    if measure.kind == "mean":
        pairs = [(x, 1.0) for x, _ in pairs]
    if measure.kind == "proportion":
        pairs = [(float(x > 0), 1.0) for x, _ in pairs]
    return sums_of_pairs(pairs, about=0.0)


def _pair(metric: str, calls: Sequence[Event], scores: Sequence[Score]) -> tuple[float, float]:
    ids = {it.id for it in calls}
    name = metric.removeprefix("quality:")
    values: dict[str, tuple[list[Any], int]] = {
        "error_rate": (
            [it.status not in ("ok", "cancelled") for it in calls],
            sum(it.status != "cancelled" for it in calls),
        ),
        "latency": (times := _times(calls), len(times)),
        "cost": (costs := [it.cost / 1e12 for it in calls if it.cost is not None], len(costs)),
        "calls": ([1] * len(calls), 1),
    }
    given = [it.value for it in scores if it.event in ids and it.name == name and it.value is not None]
    numbers, denominator = values.get(metric, (given, len(given)))
    return float(sum(numbers)), float(denominator)


def _times(calls: Iterable[Event]) -> list[float]:
    return [it.latency_ms for it in calls if it.status == "ok" and it.latency_ms is not None]


def _quantile(share: float, units: Sequence[Sequence[Event]]) -> UnitSums | None:
    ordered = sorted(_times(it for calls in units for it in calls))
    if not ordered:
        return None
    places = Places(len(ordered), share)
    limit = ordered[places.middle - 1]
    below = [(float(sum(it <= limit for it in _times(calls))), float(len(_times(calls)))) for calls in units]
    return quantile_sums(places, dict(enumerate(ordered, 1)), sums_of_pairs(below, about=0.0))

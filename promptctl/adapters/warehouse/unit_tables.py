"""An experiment's calls and units as expressions: a row a call, then a row a unit, then sums over units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from promptctl.adapters.warehouse.chosen import whole
from promptctl.adapters.warehouse.warehouse import Warehouse
from promptctl.core.experiments.counted import EXCLUSIONS, SEVERAL, Measure, Population
from promptctl.core.reporting.quality import GOOD
from promptctl.core.reporting.window import attribute_name

COUNTED = 0
"""Of ``why``: the call counts. Else it is the place, from 1, of a reason in ``EXCLUSIONS``: numbers group fastest."""

SUMS = ("x", "y", "xx", "yy", "xy")
_MOST = 1e100
"""Beyond it, and below its inverse, sums of squares leave what a double holds, and PostgreSQL would refuse them."""

_DOLLARS = 1e12
_SHARES = {"error_rate": ("errors", "answers"), "latency": ("milliseconds", "timed"), "cost": ("dollars", "priced")}


def calls_of(warehouse: Warehouse, population: Population, *present: str) -> Any:
    """The prompt's calls: ``why`` they do not count, and of those that do ``unit_key`` and ``arm_place``.

    Only those where the columns ``present`` are. The very same calls, asked for twice in one query, would first be
    copied by engines.
    """
    import ibis

    events = warehouse.events
    calls = events.filter(
        events["prompt"] == population.prompt,
        events["environment"] == population.environment,
        events["at"] >= population.since,
        events["at"] < population.until,
        *(events[column].notnull() for column in present),
    )
    calls = whole(warehouse, calls)
    reason, (inside, place) = calls["reason"].fill_null(""), _membership(calls, population)
    calls = calls.mutate(
        arm_place=place,
        why=ibis.cases(
            (reason.startswith("forced"), _code("forced")),
            (reason.startswith("shadow"), _code("shadow")),
            (reason.contains("no-unit") | (inside & calls["unit"].isnull()), _code("no unit")),
            (~inside, _code("elsewhere")),
            (place.isnull(), _code("unknown arm")),
            else_=COUNTED,
        ),
    )
    unit = calls["unit"].concat("/", calls["arm_place"].cast("string")) if population.moved else calls["unit"]
    return calls.mutate(unit_key=(calls["why"] == COUNTED).ifelse(unit, ibis.null("string")))


def _membership(calls: Any, population: Population) -> tuple[Any, Any]:
    """Whether a call belongs to the population, and to which of its arms."""
    import ibis

    if population.digest:
        return calls["digest"].fill_null("") == population.digest, ibis.literal(0)
    place = ibis.cases(*((calls["arm"] == arm, number) for number, arm in enumerate(population.arms)))
    return calls["split"].fill_null("") == population.id, place


def _code(reason: str) -> int:
    return EXCLUSIONS.index(reason) + 1


def without_astray(calls: Any) -> Any:
    """The calls of units that are in one arm only."""
    member = calls.filter(calls["why"] == COUNTED)
    units = member.group_by(astray="unit_key").aggregate(low=member["arm_place"].min(), high=member["arm_place"].max())
    astray = units.filter(units["low"] != units["high"]).select("astray")
    return calls.anti_join(astray, calls["unit_key"] == astray["astray"])


def timed(calls: Any) -> Any:
    """Whether a call says how long an answer takes."""
    return (calls["status"] == "ok") & (calls["latency_ms"] <= _MOST)


def units_of_calls(
    warehouse: Warehouse,
    calls: Any,
    population: Population,
    measures: Sequence[Measure],
    limits: Mapping[str, Sequence[float]],
) -> Any:
    """A row a unit, with ``group`` and ``arm``, the segments ``segment0``…, and what measures are made of.

    ``limits`` has, for each quantile, that of each arm: how many of a unit's values are not above it is counted.
    Raises UsageError for attributes that no engine can look up.
    """
    import ibis

    segments = {f"segment{place}": attribute_name(name) for place, name in enumerate(population.segments)}
    attributes = {key: warehouse.engine.attribute(calls["attributes"], it) for key, it in segments.items()}
    calls = calls.mutate(**{key: value.fill_null("") for key, value in attributes.items()})
    units = calls.group_by("why", "unit_key").aggregate(
        first=calls["arm_place"].min(),
        last=calls["arm_place"].max(),
        calls=calls.count(),
        answers=calls.count(where=calls["status"] != "cancelled"),
        **_columns(calls, measures, limits),
        **{f"{key}_least": calls[key].min() for key in segments},
        **{f"{key}_most": calls[key].max() for key in segments},
    )
    if scores := _names(measures):
        found = _scores_of_units(warehouse, population, scores)
        units = units.left_join(found, units["unit_key"] == found["scored_unit"])
    several = (units["why"] == COUNTED) & (units["first"] != units["last"])
    same = {key: units[f"{key}_least"] == units[f"{key}_most"] for key in segments}
    return units.mutate(
        group=several.ifelse(_code(SEVERAL), units["why"]),
        arm=units["first"],
        one=ibis.literal(1),
        **{key: it.ifelse(units[f"{key}_least"], ibis.null("string")) for key, it in same.items()},
    )


def _names(measures: Sequence[Measure]) -> list[str]:
    """The scores that are measured, each once."""
    return list(dict.fromkeys(it.metric.partition(":")[2] for it in measures if it.metric.startswith("quality:")))


def _scores_of_units(warehouse: Warehouse, population: Population, names: Sequence[str]) -> Any:
    """A row a unit whose calls have scores of these names: how many, and their sum, each name by its place."""
    scores, calls = warehouse.scores, calls_of(warehouse, population, "unit")
    known = scores.filter(scores["name"].isin(names), scores["value"].between(-_MOST, _MOST))
    member = calls.filter(calls["why"] == COUNTED).select(call="id", scored_unit="unit_key")
    joined = known.select("event", "name", "value").inner_join(member, [("event", "call")])
    columns = {}
    for place, name in enumerate(names):
        columns[f"scored{place}"] = joined.count(where=joined["name"] == name)
        columns[f"score{place}"] = joined["value"].sum(where=joined["name"] == name)
    return joined.group_by("scored_unit").aggregate(**columns)


def _columns(calls: Any, measures: Sequence[Measure], limits: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    """What is added up of each unit's calls: only that which a measure needs."""
    names = _names(measures)
    wanted = {column for measure in measures for column in columns_of(measure, names)}
    possible = {
        "errors": calls.count(where=calls["status"].notin(GOOD)),
        "timed": calls.count(where=timed(calls)),
        "milliseconds": calls["latency_ms"].sum(where=timed(calls)),
        "priced": calls["cost"].count(),
        "dollars": (calls["cost"].cast("float64") / _DOLLARS).sum(),
        **{metric: calls.count(where=_below(calls, it)) for metric, it in limits.items()},
    }
    return {name: column.fill_null(0) for name, column in possible.items() if name in wanted}


def _below(calls: Any, limits: Sequence[float]) -> Any:
    import ibis

    limit = ibis.cases(*((calls["arm_place"] == place, value) for place, value in enumerate(limits)))
    return timed(calls) & (calls["latency_ms"] <= limit)


def columns_of(measure: Measure, scores: Sequence[str]) -> tuple[str, str]:
    """A unit's numerator and denominator, by the names of its columns."""
    if measure.kind == "quantile":
        return measure.metric, "timed"
    numerator, denominator = _SHARES.get(measure.metric, ("calls", "one"))
    if measure.metric.startswith("quality:"):
        place = scores.index(measure.metric.partition(":")[2])
        numerator, denominator = f"score{place}", f"scored{place}"
    return numerator, denominator if measure.kind == "ratio" else "one"


def sums_over_units(units: Any, measures: Sequence[Measure]) -> Any:
    """A row for each group, arm and combination of segments: units, calls, and five sums a measure, in that order."""
    names = _names(measures)
    keys = ["group", "arm", *(name for name in units.columns if name.removeprefix("segment").isdecimal())]
    sums = {}
    for place, measure in enumerate(measures):
        for name, value in zip(SUMS, _terms(units, measure, names), strict=True):
            sums[f"{name}{place}"] = value.sum()
    counts = {"units": units.count(), "calls": units["calls"].sum(), "answers": units["answers"].sum()}
    return units.group_by(keys).aggregate(**counts, **sums)


def _terms(units: Any, measure: Measure, names: Sequence[str]) -> tuple[Any, ...]:
    """A unit's numerator and denominator, their squares and their product."""
    x, y = (units[name].fill_null(0).cast("float64") for name in columns_of(measure, names))
    if measure.metric == "latency" or measure.metric.startswith("quality:"):
        x = (x.abs() < 1 / _MOST).ifelse(0.0, x)
    if measure.kind == "proportion":
        x = (x > 0).ifelse(1.0, 0.0)
    return x, y, x * x, y * y, x * y

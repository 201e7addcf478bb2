"""Asks a store for an experiment's units: the engine adds up the calls of each unit, then the units of each arm.

Calls are read once for all metrics; where quantiles are among them, values are counted and put in order before that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from promptctl.adapters.warehouse.unit_order import counts_of, ordered
from promptctl.adapters.warehouse.unit_tables import (
    COUNTED,
    SUMS,
    calls_of,
    sums_over_units,
    units_of_calls,
    without_astray,
)
from promptctl.adapters.warehouse.warehouse import Warehouse
from promptctl.core.experiments.counted import (
    EXCLUSIONS,
    SEVERAL,
    ArmUnits,
    Cell,
    Counted,
    Left,
    Measure,
    Population,
    counted,
    with_quantiles,
)
from promptctl.core.experiments.quantile_places import Places, quantile_sums
from promptctl.core.experiments.samples import UnitSums
from promptctl.core.metrics import QUANTILES
from promptctl.errors import UsageError

TOO_MANY = "PC266"
_MOST_CELLS = 20_000


def units_of(warehouse: Warehouse, population: Population, measures: Sequence[Measure]) -> Counted:
    """What the store knows of the experiment's units. Raises UsageError where segments have too many values,
    OutsideError where the store cannot be read."""
    calls = calls_of(warehouse, population)
    ranked = _ranked(warehouse, population, measures, calls)
    found = _counted(warehouse, population, measures, calls, ranked)
    if ranked and found.left[SEVERAL].units:
        # Which units are in several arms is known only now, and their calls stood among those in order.
        ranked = _ranked(warehouse, population, measures, without_astray(calls))
        found = _counted(warehouse, population, measures, calls, ranked)
    return found


@dataclass(frozen=True, slots=True)
class _Ranked:
    """A quantile of each arm: the places around it, and the values there."""

    places: Sequence[Places]
    values: Sequence[Mapping[int, float]]

    @property
    def limits(self) -> list[float]:
        """The quantiles; of arms without values, nothing is below."""
        return [values.get(it.middle, -1.0) for it, values in zip(self.places, self.values, strict=True)]

    def sums(self, arm: int, below: UnitSums) -> UnitSums | None:
        """Those of an arm's quantile; None where no values bound it."""
        return quantile_sums(self.places[arm], self.values[arm], below)


def _ranked(
    warehouse: Warehouse, population: Population, measures: Sequence[Measure], calls: Any
) -> dict[str, _Ranked]:
    """The measured quantiles by metric."""
    shares = {it.metric: QUANTILES[it.metric] for it in measures if it.kind == "quantile"}
    if not shares:
        return {}
    counts, arms = counts_of(warehouse, calls), range(len(population.arms))
    places = {metric: [Places(counts.get(arm, 0), share) for arm in arms] for metric, share in shares.items()}
    values = ordered(warehouse, calls, [[found[arm] for found in places.values()] for arm in arms])
    return {metric: _Ranked(found, values) for metric, found in places.items()}


def _counted(
    warehouse: Warehouse,
    population: Population,
    measures: Sequence[Measure],
    calls: Any,
    ranked: Mapping[str, _Ranked],
) -> Counted:
    """One reading of all calls."""
    import ibis

    limits = {metric: found.limits for metric, found in ranked.items()}
    sums = sums_over_units(units_of_calls(warehouse, calls, population, measures, limits), measures)
    rows = warehouse.rows(sums.order_by(ibis.desc("calls")).limit(_MOST_CELLS + 1))
    if len(rows) > _MOST_CELLS:
        message = f"{', '.join(population.segments)}: units have more than {_MOST_CELLS:,} combinations of values"
        raise UsageError(TOO_MANY, message, hint="name attributes with few values as segments")
    width = 2 + len(population.segments)
    found = [(row[:width], _units(row[width:], measures)) for row in rows]
    cells = [
        Cell(arm=population.arms[int(key[1])], values=key[2:], units=units) for key, units in found if key[0] == COUNTED
    ]
    left = {
        reason: Left(
            calls=sum(units.calls for key, units in found if key[0] == code),
            units=sum(units.units for key, units in found if key[0] == code) if reason == SEVERAL else 0,
        )
        for code, reason in enumerate(EXCLUSIONS, 1)
    }
    return with_quantiles(counted(population, cells, left), {metric: it.sums for metric, it in ranked.items()})


def _units(row: Sequence[Any], measures: Sequence[Measure]) -> ArmUnits:
    units, calls, answers = (int(it) for it in row[:3])
    sums = {}
    for place, measure in enumerate(measures):
        first = 3 + place * len(SUMS)
        sums[measure] = UnitSums(units, *(float(it) for it in row[first : first + len(SUMS)]))
    return ArmUnits(units=units, calls=calls, cancelled=calls - answers, sums=sums)

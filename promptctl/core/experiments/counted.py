"""What a store knows of an experiment's units: which calls count, and the sums of each arm and metric over units."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from promptctl.core.experiments.samples import UnitSums

QuantileSums = Callable[[int, UnitSums], UnitSums | None]
"""Makes of what is below a quantile, for the arm of that place, the sums of the quantile; None without bounds."""

SEVERAL = "several arms"
EXCLUSIONS = ("forced", "shadow", "no unit", "unknown arm", SEVERAL, "elsewhere")
"""Why calls that the experiment's prompt had do not count, in the order in which reports say it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """Which calls count: those that the split ``id`` served from one of ``arms`` to a unit, from ``since`` on, before
    ``until`` (microseconds since 1970). ``segments`` are attributes of calls that units are also told apart by.

    With a ``digest`` all calls that it served count instead, to the one arm: what was there before a split. Where units
    are ``moved`` on purpose, as by a rollout's steps, one that was served from several arms counts in each by its calls
    there; else it is left out.
    """

    id: str
    prompt: str
    environment: str
    arms: tuple[str, ...]
    since: int
    until: int
    segments: tuple[str, ...] = ()
    digest: str | None = None
    moved: bool = False


@dataclass(frozen=True, slots=True)
class Measure:
    """A metric, and what of its units is compared: ``kind`` is "ratio", "mean", "proportion" or "quantile"."""

    metric: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What does not count: ``calls``, and of how many ``units`` (0 where nobody asks)."""

    calls: int = 0
    units: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmUnits:
    """The units of an arm: their calls, of which some were ``cancelled`` (these count as exposure alone), and the sums
    of each measure that the calls tell something of. Of a quantile that no values bound there are none."""

    units: int = 0
    calls: int = 0
    cancelled: int = 0
    sums: Mapping[Measure, UnitSums] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """An experiment's units by arm. ``segments`` has, by attribute and by its value, the same of the units of that
    value; None as a value stands for units that had several. Quantiles have no segments. ``left`` says, by reason, what
    of the prompt's calls does not count."""

    arms: Mapping[str, ArmUnits]
    segments: Mapping[str, Mapping[str | None, Mapping[str, ArmUnits]]]
    left: Mapping[str, Left]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What an engine gives: the units of one arm with the same values of all segments."""

    arm: str
    values: tuple[str | None, ...]
    units: ArmUnits


def counted(population: Population, cells: Iterable[Cell], left: Mapping[str, Left]) -> Counted:
    """The cells put together: by arm, and by each segment by itself."""
    known = list(cells)
    segments: dict[str, dict[str | None, dict[str, ArmUnits]]] = {}
    for place, name in enumerate(population.segments):
        by_value: dict[str | None, list[Cell]] = {}
        for cell in known:
            by_value.setdefault(cell.values[place], []).append(cell)
        segments[name] = {value: _by_arm(population, held) for value, held in by_value.items()}
    return Counted(arms=_by_arm(population, known), segments=segments, left=left)


def with_quantiles(found: Counted, quantiles: Mapping[str, QuantileSums]) -> Counted:
    """The same where the sums of quantiles, so far of values below them, are those of the quantiles themselves."""
    if not quantiles:
        return found
    arms = {
        arm: replace(units, sums={**_others(units), **_quantiles(units, place, quantiles)})
        for place, (arm, units) in enumerate(found.arms.items())
    }
    segments = {
        name: {
            value: {arm: replace(units, sums=_others(units)) for arm, units in by_arm.items()}
            for value, by_arm in values.items()
        }
        for name, values in found.segments.items()
    }
    return replace(found, arms=arms, segments=segments)


def _others(units: ArmUnits) -> dict[Measure, UnitSums]:
    return {measure: sums for measure, sums in units.sums.items() if measure.kind != "quantile"}


def _quantiles(units: ArmUnits, place: int, quantiles: Mapping[str, QuantileSums]) -> dict[Measure, UnitSums]:
    found = {
        measure: quantiles[measure.metric](place, sums)
        for measure, sums in units.sums.items()
        if measure.kind == "quantile"
    }
    return {measure: sums for measure, sums in found.items() if sums is not None}


def _by_arm(population: Population, cells: Iterable[Cell]) -> dict[str, ArmUnits]:
    held: dict[str, list[ArmUnits]] = {arm: [] for arm in population.arms}
    for cell in cells:
        held[cell.arm].append(cell.units)
    return {arm: _together(parts) for arm, parts in held.items()}


def _together(parts: list[ArmUnits]) -> ArmUnits:
    measures = {measure: None for part in parts for measure in part.sums}
    return ArmUnits(
        units=sum(part.units for part in parts),
        calls=sum(part.calls for part in parts),
        cancelled=sum(part.cancelled for part in parts),
        sums={measure: _added([part.sums[measure] for part in parts if measure in part.sums]) for measure in measures},
    )


def _added(sums: list[UnitSums]) -> UnitSums:
    names = ("x", "y", "xx", "yy", "xy")
    return UnitSums(sum(it.units for it in sums), *(math.fsum(getattr(it, name) for it in sums) for name in names))

"""What is counted of arms, made from numbers that tests choose."""

from __future__ import annotations

from collections.abc import Mapping

from promptctl.core.experiments.counted import ArmUnits, Counted, Measure
from promptctl.core.experiments.samples import UnitSums
from tests.unit_sums import sums_of_pairs

RESOLVED = Measure("quality:resolved", "ratio")
ERRORS = Measure("error_rate", "ratio")
LATENCY = Measure("latency_p95", "quantile")


def shares(hits: int, units: int) -> UnitSums:
    """Units of one call each, of which some are hits."""
    return sums_of_pairs([(1.0, 1.0)] * hits + [(0.0, 1.0)] * (units - hits), about=0.0)


def values(estimate: float, error: float, units: int) -> UnitSums:
    """Units whose estimate has this standard error."""
    squares = error * error * units * (units - 1)
    return UnitSums(units, 0.0, float(units), squares, float(units), 0.0, estimate)


def counted(arms: Mapping[str, Mapping[Measure, UnitSums]], units: Mapping[str, int] | None = None) -> Counted:
    """Arms with these sums; their units are those of the first sum where nothing else is said."""
    known = units or {arm: next(iter(sums.values())).units for arm, sums in arms.items()}
    found = {arm: ArmUnits(units=known[arm], calls=known[arm], sums=sums) for arm, sums in arms.items()}
    return Counted(arms=found, segments={}, left={})

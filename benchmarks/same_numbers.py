"""``python -m benchmarks.same_numbers``: sums of an experiment over ten million calls, the same in three engines.

Prints the largest difference, as a share of the number, between every two engines; exit code 1 where it is larger.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import astuple
from itertools import combinations
from pathlib import Path

from benchmarks.many_events import CALLS, EXPERIMENT
from promptctl.adapters.warehouse.opening import open_warehouse
from promptctl.adapters.warehouse.units import units_of
from promptctl.core.experiments.counted import ArmUnits, Counted, Measure, Population

_MOST = 1e-9
_POPULATION = Population(
    id="triage-tone",
    prompt="support/triage",
    environment="prod",
    arms=("control", "friendly"),
    since=0,
    until=2**62,
    segments=("plan",),
)
_MEASURES = (
    Measure("quality:resolved", "ratio"),
    Measure("quality:resolved", "proportion"),
    Measure("error_rate", "ratio"),
    Measure("latency", "ratio"),
    Measure("latency_p95", "quantile"),
    Measure("latency_p99", "quantile"),
    Measure("cost", "mean"),
    Measure("calls", "mean"),
)


@contextmanager
def _stores() -> Iterator[dict[str, str]]:
    with EXPERIMENT.postgresql() as url:
        yield {"duckdb": str(EXPERIMENT.parquet()), "postgresql": url, "sqlite": f"sqlite:{EXPERIMENT.sqlite()}"}


def main() -> int:
    """Asks each engine once."""
    numbers = {}
    with _stores() as stores:
        for engine, store in stores.items():
            started = time.monotonic()
            with open_warehouse(store, {}, {}, Path("/")) as warehouse:
                numbers[engine] = list(_numbers(units_of(warehouse, _POPULATION, _MEASURES)))
            said = (
                f"{engine}: {len(numbers[engine])} numbers of {CALLS:,} calls in {time.monotonic() - started:.0f} s\n"
            )
            sys.stdout.write(said)
            sys.stdout.flush()
    worst = {pair: _farthest(numbers[pair[0]], numbers[pair[1]]) for pair in combinations(numbers, 2)}
    sys.stdout.writelines(f"{one} and {two}: {far:.1e}\n" for (one, two), far in worst.items())
    return 0 if max(worst.values()) <= _MOST else 1


def _numbers(found: Counted) -> Iterator[float]:
    """Every number, in an order that does not depend on the engine's."""
    yield from (number for reason in sorted(found.left) for number in astuple(found.left[reason]))
    yield from _of_arms(found.arms)
    for values in found.segments.values():
        for value in sorted(values, key=str):
            yield from _of_arms(values[value])


def _of_arms(arms: Mapping[str, ArmUnits]) -> Iterator[float]:
    for arm in sorted(arms):
        units = arms[arm]
        yield from (units.units, units.calls, units.cancelled)
        for measure in sorted(units.sums, key=lambda it: (it.metric, it.kind)):
            sums = units.sums[measure]
            yield from astuple(sums)
            yield from (sums.estimate or 0.0, sums.variance or 0.0)


def _farthest(one: list[float], two: list[float]) -> float:
    if len(one) != len(two):
        return math.inf
    return max(
        abs(it - other) / max(abs(it), abs(other)) if it != other else 0.0 for it, other in zip(one, two, strict=True)
    )


if __name__ == "__main__":
    sys.exit(main())

"""Experiments simulated by the thousand: sums of two arms, day by day, as arrays of (run, day)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from promptctl.core.experiments.samples import UnitSums
from promptctl.core.statistics.confidence_sequence import errors_wide

Array = Any
"""Of numpy, of floats unless said otherwise."""

Generator = Any
BASELINE = 0.1


@dataclass(frozen=True, slots=True)
class Arm:
    """What ``UnitSums`` holds, of every run up to every day."""

    units: Array
    x: Array
    y: Array
    xx: Array
    yy: Array
    xy: Array

    @property
    def estimate(self) -> Array:
        return self.x / self.y

    @property
    def unit(self) -> Array:
        """The variance per unit: that of the estimate times the units."""
        ratio = self.estimate
        spread = self.xx - 2 * ratio * self.xy + ratio * ratio * self.yy
        return np.maximum(spread, 0) / self.y**2 * self.units**2 / (self.units - 1)

    def plus(self, other: Arm) -> Arm:
        return Arm(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))

    def at(self, run: int, day: int) -> UnitSums:
        units, *sums = (float(getattr(self, name)[run, day]) for name in self.__slots__)
        return UnitSums(int(units), *sums)


def shares(generator: Generator, shape: tuple[int, ...], lift: float) -> tuple[Array, Array]:
    """Of units one in ten does it."""
    return (generator.random(shape) < BASELINE + lift).astype(float), np.ones(shape)


def skewed(generator: Generator, shape: tuple[int, ...], lift: float) -> tuple[Array, Array]:
    """Costs of units: a few pay for most."""
    return generator.lognormal(0, 1, shape) + lift, np.ones(shape)


def clustered(generator: Generator, shape: tuple[int, ...], lift: float) -> tuple[Array, Array]:
    """Calls of a unit fail more or less all, or not: one in ten calls, of one to thirty or so calls a unit."""
    calls = generator.geometric(0.3, shape)
    chance = generator.beta(0.5 * BASELINE / (1 - BASELINE), 0.5, shape)
    return generator.binomial(calls, np.clip(chance + lift, 0, 1)).astype(float), calls.astype(float)


METRICS: Mapping[str, Callable[[Generator, tuple[int, ...], float], tuple[Array, Array]]] = {
    "shares": shares,
    "skewed": skewed,
    "clustered": clustered,
}


def lived(generator: Generator, metric: str, runs: int, days: int, arrivals: float, lift: float = 0.0) -> Arm:
    """An arm in which about so many units arrive a day, and no fewer than two on the first."""
    most = max(2, int(arrivals + 4 * np.sqrt(arrivals)) + 1)
    x, y = METRICS[metric](generator, (runs, days, most), lift)
    here = np.arange(most) < np.clip(generator.poisson(arrivals, (runs, days, 1)), 2, most)

    def summed(values: Array) -> Array:
        return np.cumsum(np.sum(np.where(here, values, 0.0), axis=2), axis=1)

    return Arm(summed(np.ones_like(x)), summed(x), summed(y), summed(x * x), summed(y * y), summed(x * y))


def deviates(control: Arm, treatment: Arm, metric: str) -> Array:
    """z of the tests: pooled of shares, else Welch's."""
    units = control.unit, treatment.unit
    if metric == "shares":
        both = control.plus(treatment).estimate
        units = both * (1 - both), both * (1 - both)
    error = np.sqrt(units[0] / control.units + units[1] / treatment.units)
    difference = treatment.estimate - control.estimate
    return np.divide(difference, error, out=np.zeros_like(difference), where=error > 0)


def outside(
    control: Arm, treatment: Arm, alpha: float, planned: float, *, truth: float = 0.0, own: bool = False
) -> Array:
    """1 where the always-valid interval of the difference lies above what is true, -1 below, 0 where it holds it.

    With ``own`` each arm counts with its own variance instead of the largest that there is.
    """
    units = control.unit, treatment.unit
    if not own:
        units = (np.maximum(np.maximum(*units), control.plus(treatment).unit),) * 2
    error = np.sqrt(units[0] / control.units + units[1] / treatment.units)
    counts, places = np.unique(control.units + treatment.units, return_inverse=True)
    wide = np.array([errors_wide(count, alpha, planned) for count in counts])[places].reshape(error.shape)
    away = treatment.estimate - control.estimate - truth
    return np.where((np.abs(away) > wide * error) & (error > 0), np.sign(away), 0)


def ever(hits: Array, days: Sequence[int] | None = None) -> float:
    """The share of runs with a hit on one of these days."""
    return float(np.mean(np.any(hits if days is None else hits[:, list(days)], axis=1)))

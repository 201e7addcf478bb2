"""Two prompts under one suite, simulated: how their cases come out, case by case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from scipy import stats

from promptctl.core.statistics.paired import Drop, pass_drop, score_drop

Generator = Any
CERTAIN = 1e-9

counted = lru_cache(maxsize=None)(pass_drop)


def normal(generator: Generator, cases: int) -> Any:
    return generator.normal(0, 0.1, cases)


def binary(generator: Generator, cases: int) -> Any:
    """Both sides right in 60 %, each by itself."""
    return (generator.random(cases) < 0.6).astype(float) - (generator.random(cases) < 0.6)


def graded(generator: Generator, cases: int) -> Any:
    """Five grades, most of them good."""
    grades, shares = [0, 0.25, 0.5, 0.75, 1], [0.05, 0.05, 0.1, 0.3, 0.5]
    return generator.choice(grades, cases, p=shares) - generator.choice(grades, cases, p=shares)


def rarely(generator: Generator, cases: int) -> Any:
    """One case in five comes out otherwise at all."""
    return np.where(generator.random(cases) < 0.2, generator.uniform(-1, 1, cases), 0.0)


SCORES: Mapping[str, Callable[[Generator, int], Any]] = {
    "normal": normal,
    "binary": binary,
    "graded": graded,
    "rarely": rarely,
}
"""Differences of one score between two prompts that are equal."""


def shows(drop: Drop) -> bool:
    """Whether the gate would call the drop certain."""
    return drop.interval.low > CERTAIN


def of_passes(generator: Generator, cases: int, gained: float, drop: float = 0.0) -> Drop:
    """One run in which each case is gained with one chance, and lost with as much and the drop."""
    kept = max(0.0, 1 - drop - 2 * gained)
    losses, gains, _ = generator.multinomial(cases, [1 - kept - gained, gained, kept])
    return counted(int(losses), int(gains), cases)


def of_scores(generator: Generator, cases: int, score: str, drop: float = 0.0) -> Drop:
    return score_drop([float(value) + drop for value in SCORES[score](generator, cases)])


def is_at_most(count: int, runs: int, rate: float) -> bool:
    """Whether so many of the runs can be, were the true rate this one: not beyond one in a million."""
    return bool(stats.binomtest(count, runs, rate, alternative="greater").pvalue > 1e-6)


def is_at_least(count: int, runs: int, rate: float) -> bool:
    return bool(stats.binomtest(count, runs, rate, alternative="less").pvalue > 1e-6)

"""Whole experiments, advanced every day with fixed seeds: equal arms are rarely told apart, planned power is reached.

``python -m pytest -m long -s tests/core/experiments/test_decision_simulated.py`` prints how they ended.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from promptctl.core.experiments.decision import decide
from promptctl.core.experiments.sample_size import PlannedTest, units_needed
from promptctl.core.experiments.samples import UnitSums
from tests.core.experiments.countings import ERRORS, RESOLVED, counted
from tests.core.experiments.plans import TEXT, experiment
from tests.core.experiments.test_decision import running

START = datetime(2026, 11, 1, tzinfo=UTC)
RUNS, DAYS = 1000, 30
PLAN = TEXT.replace("    - {metric: latency_p95, direction: decrease, margin: 0.2}\n", "")
EFFECT = 0.05
SAMPLE = units_needed(
    PlannedTest(kind="proportion", baseline=0.6, effect=EFFECT, shares=(0.5, 0.5), alpha=0.05, looks=4), 0.8
)


def _sums(units: int, hits: int) -> UnitSums:
    return UnitSums(units, hits, units, hits, units, hits)


def _ended(seed: int, resolves: float, fails: float) -> str:
    """Why one experiment ended; control resolves 60 % and fails in 5 %."""
    random, found = Random(seed), running(experiment(PLAN), sample=SAMPLE)
    seen = {arm: [0, 0, 0] for arm in ("control", "friendly")}
    for day in range(1, 2 * DAYS):
        for _ in range(SAMPLE // DAYS):
            arm = "control" if random.random() < 0.5 else "friendly"
            chances = (0.6, 0.05) if arm == "control" else (resolves, fails)
            seen[arm][0] += 1
            for place, chance in enumerate(chances, 1):
                seen[arm][place] += random.random() < chance
        numbers = counted(
            {arm: {RESOLVED: _sums(it[0], it[1]), ERRORS: _sums(it[0], it[2])} for arm, it in seen.items()}
        )
        decision = decide(found, numbers, START + timedelta(days=day))
        if decision.ends:
            return decision.cause
        if decision.look:
            found = replace(found, looks=(*found.looks, decision.look))
    return "never"


def _all(resolves: float, fails: float) -> Counter[str]:
    ended = Counter(_ended(seed, resolves, fails) for seed in range(RUNS))
    print(f"\nresolves {resolves}, fails {fails}: {dict(ended)} of {RUNS}, {SAMPLE} units, advanced daily")
    return ended


def _most(chance: float) -> float:
    """What a count with this chance hardly exceeds: three standard errors more."""
    return RUNS * chance + 3 * math.sqrt(RUNS * chance * (1 - chance))


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_equal_arms_are_rarely_told_apart_however_often_one_looks() -> None:
    ended = _all(0.6, 0.05)
    assert ended["effect"] + ended["reverse"] <= _most(0.05)
    assert ended["harm"] <= _most(0.05)
    assert ended["end"] >= RUNS - _most(0.1)


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_the_planned_effect_is_found_with_the_planned_power() -> None:
    ended = _all(0.6 + EFFECT, 0.05)
    assert RUNS - ended["effect"] <= _most(0.2)
    assert ended["reverse"] == 0


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_harm_ends_what_would_have_been_shipped() -> None:
    ended = _all(0.6 + EFFECT, 0.15)
    assert ended["harm"] >= 0.9 * RUNS

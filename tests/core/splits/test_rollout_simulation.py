"""Seeded rollouts by the thousand: looking often rolls no equal canary back, and a worse one does not get far."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from promptctl.core.experiments.counted import ArmUnits, Measure
from promptctl.core.experiments.samples import UnitSums
from promptctl.core.splits.health import Rule
from promptctl.core.splits.rollout import RolloutPlan, Seen, decide
from tests.core.splits.test_rollout import NOW, rollout

PLAN = RolloutPlan(rules=(Rule(metric="error_rate", allowed=0.0), Rule(metric="cost", allowed=0.0)), minutes=0)
STEP, LOOKS = 10, 60
"""Calls of the canary between two looks, and looks; the minimum of 500 is reached after fifty."""


@dataclass(slots=True)
class Sums:
    """What grows call by call, a unit each."""

    units: int = 0
    errors: int = 0
    costs: list[float] = field(default_factory=lambda: [0.0, 0.0])

    def add(self, number: int, failing: float, cost: float, chance: random.Random) -> None:
        for _ in range(number):
            value = cost * chance.lognormvariate(0, 0.5)
            self.errors += chance.random() < failing
            self.costs[0] += value
            self.costs[1] += value * value
        self.units += number

    def arm(self) -> ArmUnits:
        count, errors, (total, squares) = self.units, self.errors, self.costs
        sums = {
            Measure("error_rate", "ratio"): UnitSums(count, errors, count, errors, count, errors),
            Measure("cost", "ratio"): UnitSums(count, total, count, squares, count, total),
        }
        return ArmUnits(units=count, calls=count, sums=sums)


def ends(failing: float, cost: float, seed: int, runs: int) -> Counter[str]:
    """How so many first steps at 20 % end, looked at every few calls: nothing is allowed to get worse."""
    chance, split, found = random.Random(seed), rollout("20", plan=PLAN), Counter[str]()
    for _ in range(runs):
        canary, stable = Sums(), Sums()
        for look in range(LOOKS):
            canary.add(STEP, 0.05 + failing, cost, chance)
            stable.add(4 * STEP, 0.05, 1.0, chance)
            action = decide(split, Seen(canary=canary.arm(), stable=stable.arm()), NOW + timedelta(hours=1)).action
            if action == "roll back":
                found["early" if look < 25 else "late"] += 1
                break
    return found


@pytest.mark.long
@pytest.mark.timeout(900)
def test_looking_often_rolls_no_equal_canary_back() -> None:
    """Two rules, each with one of a hundred by its level; fixed intervals at every look would take many times that."""
    runs = 200
    assert sum(ends(0.0, 1.0, 1, runs).values()) <= 0.02 * runs


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("failing", "cost"), [(0.15, 1.0), (0.0, 1.3)], ids=["fails", "costs"])
def test_a_worse_canary_is_rolled_back(failing: float, cost: float) -> None:
    found = ends(failing, cost, 2, 100)
    assert sum(found.values()) >= 95, found
    assert found["early"] >= 50, found

"""Seeded simulations of whole experiments: `decide` asked every day until it ends them, as a schedule does."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from promptctl.core.experiments.decision import decide
from promptctl.core.experiments.experiment import Counting
from promptctl.core.experiments.sample_size import PlannedTest, units_needed
from tests.core.experiments.countings import ERRORS, RESOLVED, counted
from tests.core.experiments.plans import experiment
from tests.core.experiments.simulated import Arm, lived
from tests.core.statistics.simulated import is_at_least, is_at_most

STARTED = datetime(2026, 11, 1, tzinfo=UTC)
DAYS, EFFECT = 28, 0.03


def ended(control: dict[str, Arm], treatment: dict[str, Arm], sample: int, run: int) -> tuple[str, int]:
    """How an experiment ends, and after how many days; "running" where 28 do not do."""
    found = experiment()
    counting = Counting(since=STARTED.isoformat(), sample=sample, plan=found.plan.digest, counted=found.plan.counted)
    found = replace(found, state="running", counting=counting)
    for day in range(DAYS):
        sums = {
            name: {RESOLVED: arm["resolved"].at(run, day), ERRORS: arm["errors"].at(run, day)}
            for name, arm in (("control", control), ("friendly", treatment))
        }
        decision = decide(found, counted(sums), STARTED + timedelta(days=day + 1))
        if decision.look:
            found = replace(found, looks=(*found.looks, decision.look))
        if decision.ends or decision.verdict == "no verdict":
            return decision.cause, day + 1
    return "running", DAYS


def outcomes(runs: int, seed: int, lift: float, errors: float = 0.0) -> tuple[Counter[str], float]:
    """How often runs end how, and the mean of their days; the arms share the planned sample in 27 days or so."""
    test = PlannedTest(kind="proportion", baseline=0.1, effect=EFFECT, shares=(1, 1), looks=4)
    sample = max(1000, units_needed(test, 0.8))
    generator, found, days = np.random.default_rng(seed), Counter[str](), 0
    for part in [min(200, runs - done) for done in range(0, runs, 200)]:
        control, treatment = (
            {
                "resolved": lived(generator, "shares", part, DAYS, sample / 2 / (DAYS - 1), more),
                "errors": lived(generator, "clustered", part, DAYS, sample / 2 / (DAYS - 1), worse),
            }
            for more, worse in ((0.0, 0.0), (lift, errors))
        )
        for run in range(part):
            cause, after = ended(control, treatment, sample, run)
            found[cause] += 1
            days += after
    return found, days / runs


def said(what: str, runs: int, found: Counter[str], days: float) -> None:
    shares = ", ".join(f"{cause} {count / runs:.4f}" for cause, count in sorted(found.items()))
    print(f"\n{what}, {runs} runs: {shares}; {days:.1f} days")


@pytest.mark.parametrize("runs", [3, pytest.param(400, marks=pytest.mark.long)])
def test_equal_arms_asked_every_day(runs: int) -> None:
    found, days = outcomes(runs, 30, 0.0)
    said("decisions on equal arms", runs, found, days)
    assert is_at_most(found["effect"], runs, 0.025 * 1.15)
    assert is_at_most(found["reverse"], runs, 0.025 * 1.15)
    assert is_at_most(found["harm"], runs, 0.025)
    assert is_at_most(found["sample ratio"], runs, 0.01)


@pytest.mark.parametrize("runs", [3, pytest.param(200, marks=pytest.mark.long)])
def test_the_planned_effect_is_shipped(runs: int) -> None:
    found, days = outcomes(runs, 31, EFFECT)
    said("decisions on the planned effect", runs, found, days)
    assert is_at_least(found["effect"], runs, 0.78)
    assert days < DAYS - 1


@pytest.mark.parametrize("runs", [2, pytest.param(50, marks=pytest.mark.long)])
def test_a_treatment_that_fails_is_stopped_though_it_resolves_more(runs: int) -> None:
    """Twice as much is resolved, and of all calls a third more fail: harm ends it before the first look."""
    found, days = outcomes(runs, 32, 0.1, 0.33)
    said("decisions on a treatment that fails", runs, found, days)
    assert is_at_least(found["harm"], runs, 0.99)
    assert days < 7

"""Seeded simulations: equal prompts fail as rarely as is said, and a drop of the printed size is caught as often."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from promptctl.core.statistics.paired import Drop
from promptctl.core.statistics.power import POWER
from promptctl.core.statistics.sign_test import LEVEL
from tests.core.eval_samples import simple_suite
from tests.core.statistics.simulated import SCORES, Generator, is_at_least, is_at_most, of_passes, of_scores, shows
from tests.core.verdicts import AGAINST, verdict

FALSE = (1 - LEVEL) / 2
Run = Callable[[Generator, float], Drop]


def failures(run: Run, runs: int) -> int:
    """In how many runs of equal prompts a drop is seen."""
    generator = np.random.default_rng(runs)
    return sum(shows(run(generator, 0.0)) for _ in range(runs))


def catches(run: Run, runs: int) -> tuple[int, int]:
    """Equal prompts say what drop would show; of prompts with just that drop, how many are caught, and of how many."""
    generator = np.random.default_rng(runs)
    printed = [found for _ in range(runs) if (found := run(generator, 0.0).visible)]
    return sum(shows(run(generator, drop)) for drop in printed), len(printed)


def passes(cases: int, gained: float) -> Run:
    return lambda generator, drop: of_passes(generator, cases, gained, drop)


def scores(cases: int, score: str) -> Run:
    return lambda generator, drop: of_scores(generator, cases, score, drop)


@pytest.mark.parametrize(("cases", "gained"), [(20, 0.05), (50, 0.02), (100, 0.05)])
def test_passes(cases: int, gained: float) -> None:
    assert is_at_most(failures(passes(cases, gained), 2000), 2000, FALSE)
    caught, shown = catches(passes(cases, gained), 2000)
    assert shown > 1800
    assert is_at_least(caught, shown, POWER)


@pytest.mark.parametrize(("cases", "score"), [(5, "normal"), (12, "graded"), (30, "binary")])
def test_scores(cases: int, score: str) -> None:
    failed = failures(scores(cases, score), 150)
    assert is_at_most(failed, 150, FALSE)
    assert is_at_least(*catches(scores(cases, score), 100), POWER)


def test_verdicts_on_equal_prompts() -> None:
    """The whole decision, over cases with chances of their own, the same for both prompts."""
    generator = np.random.default_rng(4)
    suite, chances = simple_suite(25, gate=AGAINST), generator.uniform(0.5, 1, 25)
    found = [verdict(suite, *((generator.random(25) < chances).tolist() for _ in "nb")) for _ in range(200)]
    assert is_at_most(sum(not it.ok for it in found), 200, FALSE)
    worse = [
        verdict(suite, *((generator.random(25) < chances * share).tolist() for share in (0.4, 1))) for _ in range(50)
    ]
    assert is_at_least(sum(not it.ok for it in worse), 50, 0.9)


@pytest.mark.long
@pytest.mark.parametrize("cases", [20, 50, 100, 300])
@pytest.mark.parametrize("gained", [0.0, 0.01, 0.05, 0.1, 0.2])
def test_many_passes(cases: int, gained: float) -> None:
    assert is_at_most(failures(passes(cases, gained), 5000), 5000, FALSE)
    caught, shown = catches(passes(cases, gained), 5000)
    assert is_at_least(caught, shown, POWER - 0.03)


@pytest.mark.long
@pytest.mark.parametrize("cases", [5, 10])
def test_many_passes_of_few_cases_that_do_not_come_and_go(cases: int) -> None:
    assert is_at_least(*catches(passes(cases, 0.0), 5000), POWER)


@pytest.mark.long
@pytest.mark.parametrize("cases", [2, 3, 5, 8, 12, 20, 29, 30, 60])
@pytest.mark.parametrize("score", SCORES)
def test_many_scores(cases: int, score: str) -> None:
    assert is_at_most(failures(scores(cases, score), 1500), 1500, FALSE + 0.015)
    caught, shown = catches(scores(cases, score), 1500)
    assert not shown or is_at_least(caught, shown, POWER - 0.06)

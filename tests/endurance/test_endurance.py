"""The short form of ``python -m tests.endurance``, and the verdict on samples that are flat, noisy, odd or growing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from tests.endurance.endure import endure
from tests.endurance.measure import Sample
from tests.endurance.verdict import grown

FLAT = Sample(
    seconds=0.0, calls=0, resident=60_000, proportional=50_000, private=40_000, allocated=9_000, blocks=400_000,
    objects=58_000, threads=14, files=30, children=2, tasks=0, log=0,
)  # fmt: skip


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="needs Linux")
def test_nothing_is_left_of_a_short_life(tmp_path: Path) -> None:
    """Threads, files and children are as many as before, no answer is wrong, and nothing is raised unseen."""
    lived = list(endure(tmp_path, seconds=1.6, every=0.4, rate=150, seed=3, tell=lambda _: None, whole=False))
    assert [it.name for it in lived] == ["parent", "worker"]
    assert "\n".join(wrong for it in lived for wrong in it.wrong) == ""
    assert all(sum(it.done.values()) and it.samples for it in lived)


def resident(*numbers: int) -> list[Sample]:
    """A sample each thousand calls."""
    return [replace(FLAT, calls=1000 * place, resident=number) for place, number in enumerate(numbers)]


NOISE = Random(1)
CASES: dict[str, tuple[Callable[[int], float], bool]] = {
    "flat": (lambda _: 0.0, False),
    "noisy": (lambda _: NOISE.uniform(-400, 400), False),
    "warming up, then flat": (lambda place: 500 * min(place, 20), False),
    "a few odd ones": (lambda place: 30_000.0 * (place % 20 == 19), False),
    "a text of each call kept": (lambda place: 150 * place + NOISE.uniform(-100, 100), True),
    "growing late": (lambda place: 200 * max(0, place - 30), True),
}


@pytest.mark.parametrize("called", CASES)
def test_the_verdict(called: str) -> None:
    growth, found = CASES[called]
    samples = resident(*(60_000 + round(growth(place)) for place in range(100)))
    assert bool(list(grown(samples))) is found


@pytest.mark.parametrize("held", ["objects", "threads", "files", "tasks"])
def test_one_more_each_thousand_calls_is_seen(held: str) -> None:
    samples = [replace(FLAT, calls=1000 * place, **{held: 10 + 5 * place}) for place in range(20)]
    (fault,) = grown(samples)
    assert fault.startswith(f"{held} grow by 5.00")


def test_a_number_kept_of_each_call_is_seen() -> None:
    samples = [replace(FLAT, calls=1000 * place, blocks=400_000 + 1000 * place) for place in range(20)]
    (fault,) = grown(samples)
    assert fault.startswith("blocks grow by 1000.00")


def test_no_samples_are_no_growth() -> None:
    assert list(grown([])) == list(grown([FLAT])) == []

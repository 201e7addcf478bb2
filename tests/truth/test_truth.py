"""status and drift tell the truth whatever happened: a sample of what ``python -m tests.truth`` does all night."""

from __future__ import annotations

import pytest

from tests.truth.machine import Truth, live


@pytest.mark.parametrize("seed", [1, 2])
def test_a_sample(seed: int) -> None:
    live(1, 8, seed)
    assert Truth.steps


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_more_of_it() -> None:
    live(25, 40, 100)

"""Answers with what earlier commands kept are those of a command that knows nothing, whatever happened in between."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from promptctl.adapters import facts, known, work_tree
from tests.hands import HANDS, Clone
from tests.shipping import line, run
from tests.support import Ran

LINES = ("status --json", "drift --json", "lock --check --json")
NEVER = 10**6
"""More files than there are: Git's index is not asked."""

STEPS = st.tuples(st.sampled_from(sorted(HANDS)), st.integers(0, 59), st.integers(0, 59), st.booleans())
"""What is done, to what, how, and whether Git's index is asked by who remembers."""


def answers(clone: Clone, cache: Path, many: int) -> dict[str, Ran]:
    """What commands say. Any file counts as large, so that what the file system says of it is believed."""
    now = SimpleNamespace(time_ns=lambda: time.time_ns() + clone.clock * 10**9)
    with (
        patch.object(work_tree, "MANY", many),
        patch.object(known, "_LARGE", 0),
        patch.object(known, "time", now),
        patch.object(facts, "_stamped", clone.stamp),
    ):
        return {words: run(clone.repository, *words.split(), PROMPTCTL_CACHE_DIR=str(cache)) for words in LINES}


def judge(steps: list[tuple[str, int, int, bool]]) -> None:
    """Lives the steps in a new clone; after each, who remembers and who does not say the same."""
    with tempfile.TemporaryDirectory() as above:
        folder = Path(above)
        clone = Clone(line(folder, staged=("1.0.0", "1.1.0")), folder / "cache")
        answers(clone, clone.cache, 0)
        for number, (name, which, how, by_index) in enumerate(steps):
            HANDS[name](clone, which, how)
            told = answers(clone, clone.cache, 0 if by_index else NEVER)
            assert told == answers(clone, folder / f"nothing-{number}", NEVER), (name, which, how)


@settings(max_examples=3, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(st.lists(STEPS, min_size=2, max_size=3))
def test_who_remembers_says_what_who_does_not_says(steps: list[tuple[str, int, int, bool]]) -> None:
    judge(steps)


@pytest.mark.long
@pytest.mark.timeout(3600)
@settings(max_examples=300, suppress_health_check=list(HealthCheck))
@given(st.lists(STEPS, min_size=4, max_size=12))
def test_it_does_through_long_lives(steps: list[tuple[str, int, int, bool]]) -> None:
    judge(steps)

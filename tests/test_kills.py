"""A small sample of ``python -m tests.kills``: each kind of strike on a few commands, and its judge can say no."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kills.judge import before, judged
from tests.kills.loop import Loop
from tests.kills.scenes import SCENES
from tests.kills.strikes import Ended, NoTracing, Point, require_strace

DEAD = Ended(-9, "", "")


@pytest.fixture(scope="module")
def _traceable() -> None:
    try:
        require_strace()
    except NoTracing as fault:
        pytest.skip(str(fault))


@pytest.mark.usefixtures("_traceable")
@pytest.mark.long
@pytest.mark.parametrize("kind", ["syscalls", "errors"])
def test_a_strike_at_a_system_call_leaves_before_or_after(folder: Path, kind: str) -> None:
    loop = Loop(folder)
    assert loop.rounds(kind, "lock", 1)["runs"] == 1
    assert loop.wrong == []


@pytest.mark.long
def test_a_kill_at_a_random_moment_leaves_before_or_after(folder: Path) -> None:
    loop = Loop(folder)
    assert loop.rounds("random", "rollback, no remote", 1)["runs"] == 1
    assert loop.wrong == []


@pytest.mark.long
def test_a_killed_step_of_a_rollout_is_made_or_not(folder: Path) -> None:
    loop = Loop(folder)
    assert loop.rounds("random", "rollout step, no remote", 1)["runs"] == 1
    assert loop.wrong == []


@pytest.mark.long
@pytest.mark.usefixtures("_traceable")
def test_points_are_where_something_changes_on_disk(folder: Path) -> None:
    found = Loop(folder).points("lock")
    assert Point(0, "rename", 1) in found
    assert all(point.when >= 1 for point in found)


def test_the_judge_sees_a_torn_file(folder: Path) -> None:
    repository = SCENES["lock"].begin(folder)
    was = before(repository)
    path = repository.folder / "prompts/prompts.lock"
    path.write_bytes(path.read_bytes()[:-7])
    found = judged(SCENES["lock"], repository, was, was, DEAD)
    assert any(wrong.startswith("torn: prompts/prompts.lock") for wrong in found.wrong)


def test_the_judge_sees_a_lie(folder: Path) -> None:
    repository = SCENES["promote, no remote"].begin(folder)
    was = before(repository)
    found = judged(SCENES["promote, no remote"], repository, was, was, Ended(0, "done", ""))
    assert any(wrong.startswith("says done and is not") for wrong in found.wrong)


def test_the_judge_takes_away_the_lock_that_is_named(folder: Path) -> None:
    repository = SCENES["promote, no remote"].begin(folder)
    was = before(repository)
    (repository.folder / ".git/index.lock").write_text("")
    found = judged(SCENES["promote, no remote"], repository, was, was, DEAD)
    assert found.named == [str(repository.folder / ".git/index.lock")]
    assert found.wrong == []

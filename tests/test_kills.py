"""A small sample of ``python -m tests.kills``: each kind of strike on a few commands, and its judge can say no."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptctl.cli.table import summaries
from tests.event_samples import event
from tests.event_stores import write_sqlite
from tests.kills.judge import before, is_sound, judged
from tests.kills.loop import Loop
from tests.kills.scenes import NEVER_STRUCK, SCENES, struck
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


def test_every_command_is_struck_or_never_writes() -> None:
    assert struck() | NEVER_STRUCK.keys() == summaries().keys()
    assert not struck() & NEVER_STRUCK.keys()


@pytest.mark.long
@pytest.mark.parametrize("name", SCENES)
def test_a_scene_in_peace_is_found_fine(folder: Path, name: str) -> None:
    loop = Loop(folder)
    assert loop.in_peace(name).wrong == []


def test_the_judge_sees_a_torn_store(folder: Path) -> None:
    path = folder / "calls.sqlite3"
    write_sqlite(path, [event(number) for number in range(200)])
    assert is_sound(path)
    content = bytearray(path.read_bytes())
    content[8192:16384] = bytes(8192)
    path.write_bytes(content)
    assert not is_sound(path)

"""Writes that meet others again and again: random pauses, a last try, a deadline, and what is said in the end."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.adapters.repository import Repository
from promptctl.adapters.state import State
from promptctl.errors import StateError
from promptctl.workflows.publish import Edit, Published, publish
from promptctl.workflows.tries import Tries
from tests.shipping import done, line, remote_refs
from tests.snapshot import changed, snap
from tests.support import GitRepository


class Clock:
    """A clock that only sleeping and work move on."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.pauses: list[float] = []

    def read(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    def tries(self, chance: float = 0.5, *, most: int = 50, seconds: float = 60.0) -> Tries:
        return Tries(most=most, seconds=seconds, clock=self.read, chance=lambda: chance, sleep=self.sleep)


def test_pauses_double_up_to_the_longest_and_none_follows_the_last_try() -> None:
    clock = Clock()
    assert list(clock.tries(most=8)) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert clock.pauses == [0.05, 0.1, 0.2, 0.4, 0.8, 1.0, 1.0]


@given(st.floats(0, 1, exclude_max=True), st.floats(0, 30), st.floats(1, 120), st.integers(1, 60))
def test_no_try_begins_past_the_deadline_and_there_are_never_too_many(
    chance: float, work: float, seconds: float, most: int
) -> None:
    clock = Clock()
    tries = clock.tries(chance, most=most, seconds=seconds)
    begun = []
    for number in tries:
        begun.append(clock.now)
        assert number == len(begun) <= most
        clock.now += work
    assert begun
    assert all(moment < 1000.0 + seconds for moment in begun)
    assert all(0 <= pause <= min(tries.longest, 0.1 * 2**number) for number, pause in enumerate(clock.pauses))


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    return line(tmp_path)


class Busy:
    """A team that writes something between every reading and its push, until ``left`` writes are made."""

    def __init__(self, origin: Path, left: int) -> None:
        self._origin, self._left = GitRepository(origin), left

    def build(self, state: State) -> Edit:
        if self._left:
            self._left -= 1
            tree = self._origin.git("rev-parse", "main^{tree}")
            new = self._origin.git("commit-tree", tree, "-p", "main", "-m", f"note {self._left}")
            self._origin.git("update-ref", "refs/heads/main", new)
        return Edit(files={"prompts/environments/staging/_freeze.yaml": b"at: x\n"}, message="freeze staging")


def published(repository: GitRepository, team: Busy, tries: Tries) -> Published:
    return publish(Repository(repository.folder), "freeze staging", team.build, tries=tries)


def test_a_write_that_others_overtake_lands_in_the_end_and_says_how_many_tries_it_took(
    repository: GitRepository, tmp_path: Path
) -> None:
    clock = Clock()
    found = published(repository, Busy(tmp_path / "origin.git", 2), clock.tries())
    assert (found.tries, found.sent, len(clock.pauses)) == (3, True, 2)
    assert remote_refs(repository)["refs/heads/main"] == found.commit


@pytest.mark.parametrize(("work", "most", "times"), [(0.0, 2, 2), (40.0, 50, 2)], ids=["tries", "deadline"])
def test_a_write_that_is_always_overtaken_ends_and_names_who_came_first(
    repository: GitRepository, tmp_path: Path, work: float, most: int, times: int
) -> None:
    clock, team = Clock(), Busy(tmp_path / "origin.git", 9)
    before = snap(repository)

    def working(state: State) -> Edit:
        clock.now += work
        return team.build(state)

    with pytest.raises(StateError, match=f"others wrote to main first, {times} times over, last .*: note 7 ") as error:
        publish(Repository(repository.folder), "freeze staging", working, tries=clock.tries(most=most))
    assert error.value.code == "PC170"
    assert "nothing was changed" in str(error.value)
    assert {key for key in changed(before, snap(repository)) if "refs/remotes/" not in key} == set()
    assert done(repository, "freeze", "staging", "--reason", "x", "--json").data["published"]["tries"] == 1

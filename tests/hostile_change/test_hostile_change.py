"""Hostile pull requests: a few of each kind through the check; ``python -m tests.hostile_change`` takes all of them.

Nothing of a change runs, nothing of the machine leaks or is asked, the check says no with a reason that names the file,
or passes truthfully, and the checkout and the remote are as they were.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.github_api import github_api
from tests.hostile_change.change import Change
from tests.hostile_change.check import check
from tests.hostile_change.clone import look
from tests.hostile_change.corpus import CATEGORIES, named
from tests.hostile_change.jobs import act, member
from tests.hostile_change.scene import Scene, build_scene

FEW = (
    "suites alone: only lowers the gate",
    "scorers: edits a program that scores",
    "links: links all prompts to the machine",
    "settings: links to a device",
    "state: approves itself",
    "planted: modules of ours at the top",
)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with ExitStack() as running:
        yield build_scene(tmp_path_factory.mktemp("scene"), running)


def test_every_kind_has_changes_and_each_a_name_of_its_own() -> None:
    assert len(named()) == sum(map(len, CATEGORIES.values())) > 130


@pytest.mark.parametrize("name", FEW)
def test_a_hostile_change(scene: Scene, name: str) -> None:
    assert check(scene, named()[name])[1] == []


SPOKEN = "texts: says it in a prompt"


def test_the_whole_action(scene: Scene) -> None:
    with github_api() as api:
        assert act(scene, named()["policy: is no settings"], api) == []


def test_the_check_of_a_member(scene: Scene) -> None:
    assert member(scene, named()["links: links a prompt to the runner's files"]) == []


def test_a_clone_that_has_it_checked_out(scene: Scene) -> None:
    assert look(scene, named()[SPOKEN], few=True) == []


@pytest.mark.long
@pytest.mark.parametrize("change", named().values(), ids=lambda change: change.name)
def test_every_change_that_is_small(scene: Scene, change: Change) -> None:
    assert check(scene, change)[1] == []
